using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Estiba.Files;
using Estiba.State;

namespace Estiba.Platforms;

/// <summary>
/// Who a data directory belongs to, in its file <c>platform.json</c>: the mark of one that has been used. The same id
/// is in the state, so that an exchanged state file is noticed, and in the labels of the platform's containers.
/// </summary>
internal sealed record PlatformIdentity
{
    internal const string FileName = "platform.json";

    /// <summary><c>p-</c> and 32 hexadecimal digits, made at the first start.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What was in the directory when the platform ran last, and must be there again.</summary>
    public IReadOnlyList<string> Contents { get; init; } = [];

    /// <summary>SHA-256 of the files that are made once and never change, the keys, by their names.</summary>
    public IReadOnlyDictionary<string, string> Sums { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Where it ran last, or, where it was restored and has not run since, the original did.</summary>
    public PlatformPlace? Place { get; init; }

    /// <summary>Whether it was restored and has not run since.</summary>
    public bool IsRestored { get; init; }

    internal static PlatformIdentity New(DateTimeOffset now) =>
        new() { Id = $"p-{RandomNumberGenerator.GetHexString(32, lowercase: true)}", CreatedAt = now };

    /// <summary>Reads it; null where there is none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    internal static PlatformIdentity? Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), IdentityJson.Default.PlatformIdentity);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException(
                $"{path} is damaged ({damaged.Message}). Restore it from a backup (estiba restore), or, if this is "
                    + "the original and no copy of it, delete the file and start with --take-over.",
                damaged
            );
        }
    }

    internal void Write(string directory) =>
        DurableFile.Write(
            Path.Combine(directory, FileName),
            JsonSerializer.SerializeToUtf8Bytes(this, IdentityJson.Default.PlatformIdentity)
        );
}

/// <summary>Where a data directory is: a copy is elsewhere.</summary>
/// <param name="Machine">A hash of what identifies the machine.</param>
/// <param name="Path">The directory.</param>
internal sealed record PlatformPlace(string Machine, string Path)
{
    private const string MachineId = "/etc/machine-id";

    internal static PlatformPlace Of(DataLayout layout)
    {
        var machine = File.Exists(MachineId) ? File.ReadAllText(MachineId).Trim() : Environment.MachineName;
        return new PlatformPlace(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("estiba/" + machine)).AsSpan(0, 16)),
            layout.Root
        );
    }
}

/// <summary>The platform as its state knows it.</summary>
internal sealed record PlatformRecord
{
    internal const string Key = "platform";

    internal static readonly Table<PlatformRecord> Table = new("estiba.platform", _ => Key, IdentityJson.Default);

    public required string Id { get; init; }

    /// <summary>False until the first start has written the identity file too.</summary>
    public bool IsComplete { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = false
)]
[JsonSerializable(typeof(PlatformIdentity))]
[JsonSerializable(typeof(PlatformRecord))]
internal sealed partial class IdentityJson : JsonSerializerContext;
