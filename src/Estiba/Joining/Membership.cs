using System.Text.Json;
using Estiba.Contracts.Signing;
using Estiba.Files;

namespace Estiba.Joining;

/// <summary>What a host was given when it joined a server, kept in its data directory for its user alone.</summary>
internal sealed record Membership
{
    /// <summary>The server, as the host was told to find it.</summary>
    public required Uri Server { get; init; }

    public required string AccessKeyId { get; init; }

    public required string SecretAccessKey { get; init; }

    public required string AccountId { get; init; }

    public required string Region { get; init; }

    /// <summary>The cluster that its token was for; null where the host may choose.</summary>
    public string? Cluster { get; init; }

    /// <summary>
    /// The platform that it belongs to, which its containers say; null where an earlier version has not told.
    /// </summary>
    public string? PlatformId { get; init; }

    /// <summary>What it was told to be; null where it has its own name.</summary>
    public HostIdentity? Identity { get; init; }

    /// <summary>What it signs with.</summary>
    internal AwsCredentials Credentials => new(AccessKeyId, SecretAccessKey);

    /// <summary>Reads it; null where the host has joined no server yet.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    internal static Membership? Read(string directory)
    {
        var path = PathIn(directory);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), JoinJson.Default.Membership);
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"{path} is damaged. Remove it, and join again with a token.", damaged);
        }
    }

    /// <summary>Writes it; the file appears whole or not at all.</summary>
    internal void Write(string directory) =>
        DurableFile.Write(PathIn(directory), JsonSerializer.SerializeToUtf8Bytes(this, JoinJson.Default.Membership));

    /// <summary>The server and the key, so that no secret reaches a log.</summary>
    public override string ToString() => $"{Server} as {AccessKeyId}";

    private static string PathIn(string directory) => Path.Combine(directory, "membership.json");
}
