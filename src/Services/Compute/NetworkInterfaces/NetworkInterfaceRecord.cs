namespace Estiba.Compute.NetworkInterfaces;

/// <summary>A network interface that somebody created: an address that answers on this host, without an
/// instance.</summary>
internal sealed record NetworkInterfaceRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required string NetworkInterfaceId { get; init; }

    /// <summary>The zone, from 0.</summary>
    public required int Zone { get; init; }

    public required string SubnetId { get; init; }

    public required string VpcId { get; init; }

    public required string Address { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public IReadOnlyList<string> SecurityGroupIds { get; init; } = [];

    public string Description { get; init; } = "";

    public bool SourceDestCheck { get; init; } = true;

    /// <summary>The service that made it for itself, for example <c>elasticloadbalancing.amazonaws.com</c>; null where
    /// a customer did.</summary>
    public string? Service { get; init; }

    public string? ClientToken { get; init; }

    /// <summary>
    /// The hash of the request, to tell a repetition from another request with the same token.
    /// </summary>
    public string? RequestHash { get; init; }
}
