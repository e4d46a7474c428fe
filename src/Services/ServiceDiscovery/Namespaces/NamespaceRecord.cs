using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;

namespace Estiba.ServiceDiscovery.Namespaces;

/// <summary>A namespace: what the names of services belong to.</summary>
internal sealed record NamespaceRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Its id, <c>ns-</c> and sixteen letters.</summary>
    public required string Id { get; init; }

    /// <summary>Its name as it was given.</summary>
    public required string Name { get; init; }

    /// <summary><c>DNS_PRIVATE</c>, <c>DNS_PUBLIC</c> or <c>HTTP</c>.</summary>
    public required string Type { get; init; }

    /// <summary>By which name instances are discovered: the same, unless another namespace has it.</summary>
    public required string HttpName { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What it was asked for with.</summary>
    public string? CreatorRequestId { get; init; }

    /// <summary>What somebody wrote about it.</summary>
    public string? Description { get; init; }

    /// <summary>The VPC of a private one.</summary>
    public string? Vpc { get; init; }

    /// <summary>The hosted zone of one of DNS.</summary>
    public string? HostedZoneId { get; init; }

    /// <summary>For how many seconds others may remember that a name is not there.</summary>
    public long SoaTtl { get; init; }

    /// <summary>Whether the operation that creates it has ended; until then nobody is shown it.</summary>
    public bool IsCreated { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Id);

    /// <summary>Whether DNS is asked for its names.</summary>
    public bool IsDns => Type != NamespaceType.Http;

    /// <summary>Its name as DNS has it.</summary>
    public string DnsName => Name.ToLowerInvariant();
}
