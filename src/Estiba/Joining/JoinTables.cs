using System.Text.Json.Serialization;
using Estiba.State;

namespace Estiba.Joining;

/// <summary>A token as it is kept.</summary>
internal sealed record JoinTokenRecord
{
    public required string Id { get; init; }

    /// <summary>SHA-256 of its secret.</summary>
    public required string Hash { get; init; }

    public required string AccountId { get; init; }

    public required string Region { get; init; }

    /// <summary>The only cluster that hosts may join with it; null for any.</summary>
    public string? Cluster { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on nobody joins with it any more; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The only host that may join with it; null where any may, by the name that it has.</summary>
    public HostIdentity? For { get; init; }
}

/// <summary>What a host is told to be that was made for an instance of EC2.</summary>
/// <param name="Name">The instance's id.</param>
/// <param name="Attributes">The attributes of its container instance.</param>
/// <param name="Settings">The agent's variables from its user data.</param>
internal sealed record HostIdentity(
    string Name,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyDictionary<string, string> Settings
)
{
    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}

/// <summary>A host that has joined, with the access key that is its own.</summary>
internal sealed record HostRecord
{
    public required string AccessKeyId { get; init; }

    /// <summary>
    /// Sealed with the key of the data directory; plain as an earlier version wrote it until the next start.
    /// </summary>
    public required string SecretAccessKey { get; init; }

    public required string AccountId { get; init; }

    public required string Region { get; init; }

    /// <summary>
    /// What the host calls itself, <c>mi-</c> and 17 digits: the EC2 instance id of its container instance.
    /// </summary>
    public required string Host { get; init; }

    /// <summary>The only cluster that it may register in; null for any.</summary>
    public string? Cluster { get; init; }

    /// <summary>The token that it joined with.</summary>
    public required string TokenId { get; init; }

    public required DateTimeOffset JoinedAt { get; init; }
}

/// <summary>What joining keeps in the store.</summary>
internal static class JoinTables
{
    internal static readonly Table<JoinTokenRecord> Tokens = new(
        "estiba.join-tokens",
        token => token.Id,
        JoinJson.Default
    );

    internal static readonly Table<HostRecord> Hosts = new("estiba.hosts", host => host.AccessKeyId, JoinJson.Default);

    internal static IReadOnlyList<Table> All { get; } = [Tokens, Hosts];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(JoinTokenRecord))]
[JsonSerializable(typeof(HostRecord))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinAnswer))]
[JsonSerializable(typeof(PlatformAnswer))]
[JsonSerializable(typeof(JoinRefusal))]
[JsonSerializable(typeof(MadeToken))]
[JsonSerializable(typeof(TokenList))]
[JsonSerializable(typeof(Revoked))]
[JsonSerializable(typeof(Membership))]
internal sealed partial class JoinJson : JsonSerializerContext;
