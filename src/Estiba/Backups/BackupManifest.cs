using System.Text.Json.Serialization;

namespace Estiba.Backups;

/// <summary>The last entry of a backup: what must be in it. A backup without it was never finished.</summary>
internal sealed record BackupManifest
{
    /// <summary>The entry's name.</summary>
    internal const string Name = "estiba-backup.json";

    /// <summary>The form that this version writes and reads.</summary>
    internal const int CurrentFormat = 1;

    public required int Format { get; init; }

    /// <summary>The version of Estiba that wrote it.</summary>
    public required string Version { get; init; }

    public required string PlatformId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required IReadOnlyList<BackedUpFile> Files { get; init; }
}

/// <summary>A file of a backup.</summary>
/// <param name="Path">Below the data directory, with <c>/</c>.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">Of its content, in lower-case hex.</param>
internal sealed record BackedUpFile(string Path, long Size, string Sha256);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
