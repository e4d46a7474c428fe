using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;

namespace Estiba.ServiceDiscovery.Instances;

/// <summary>An instance of a service: where somebody who asks for the service finds it.</summary>
internal sealed record InstanceRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The id of its service.</summary>
    public required string ServiceId { get; init; }

    /// <summary>Its id, chosen by whoever registered it.</summary>
    public required string Id { get; init; }

    /// <summary>What is known of it; some have a meaning (<see cref="InstanceAttributes"/>).</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>What it was registered with.</summary>
    public string? CreatorRequestId { get; init; }

    /// <summary>The operation that registered it.</summary>
    public required string OperationId { get; init; }

    /// <summary>Whether it does its work, by whoever says so of the instances of its service.</summary>
    public bool IsHealthy { get; init; } = true;

    /// <summary>Its key.</summary>
    public string Key => $"{ServiceKey}/{Id}";

    /// <summary>The key of its service.</summary>
    public string ServiceKey => Scope.Key(ServiceId);

    /// <summary>An attribute; null where it has none such.</summary>
    public string? Attribute(string key) => Attributes.GetValueOrDefault(key);

    /// <summary>The key of an id in a service, as names of hosts have it.</summary>
    internal static string HostKey(string serviceKey, string id) => $"{serviceKey}/{id.ToLowerInvariant()}";

    /// <summary>How it is, as customers are told.</summary>
    internal string HealthOf(bool isKnown) =>
        !isKnown ? HealthStatus.Unknown
        : IsHealthy ? HealthStatus.Healthy
        : HealthStatus.Unhealthy;
}
