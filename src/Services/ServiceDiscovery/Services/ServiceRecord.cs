using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;

namespace Estiba.ServiceDiscovery.Services;

/// <summary>A service of a namespace: which records its instances have in DNS, and which instances there are.</summary>
internal sealed record ServiceRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Its id, <c>srv-</c> and sixteen letters.</summary>
    public required string Id { get; init; }

    /// <summary>The id of its namespace.</summary>
    public required string NamespaceId { get; init; }

    /// <summary>Its name as it was given; a dot for the namespace's own name.</summary>
    public required string Name { get; init; }

    /// <summary><c>DNS_HTTP</c> or <c>HTTP</c>.</summary>
    public required string Type { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What it was created with.</summary>
    public string? CreatorRequestId { get; init; }

    /// <summary>What somebody wrote about it.</summary>
    public string? Description { get; init; }

    /// <summary>The records of its instances in DNS.</summary>
    public IReadOnlyList<DnsRecord> DnsRecords { get; init; } = [];

    /// <summary><c>MULTIVALUE</c> or <c>WEIGHTED</c>; null where it has no records.</summary>
    public string? RoutingPolicy { get; init; }

    /// <summary>Whether somebody says how its instances are.</summary>
    public bool HasCustomHealth { get; init; }

    /// <summary>Attributes of its own.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>Rises whenever an instance is registered or deregistered; above that of any service of the name
    /// before it.</summary>
    public required long Revision { get; init; }

    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Id);

    /// <summary>The key of its namespace.</summary>
    public string NamespaceKey => Scope.Key(NamespaceId);

    /// <summary>Its name as DNS has it.</summary>
    public string DnsName => Name.ToLowerInvariant();

    /// <summary>Its record of a type in DNS.</summary>
    public DnsRecord? RecordOf(string type) => DnsRecords.FirstOrDefault(record => record.Type == type);

    /// <summary>The key of a name in a namespace.</summary>
    internal static string NameKey(string namespaceKey, string dnsName) => $"{namespaceKey}/{dnsName}";
}
