using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Instances;

namespace Estiba.ServiceDiscovery.Discovery;

/// <summary>Which instances somebody is told of ("DiscoverInstances", API reference).</summary>
internal static class InstanceSelection
{
    /// <summary>Those that a request wants.</summary>
    /// <param name="all">The instances of the service.</param>
    /// <param name="hasHealth">Whether anybody says how they are; otherwise that is not asked about.</param>
    /// <param name="request">The request; without a health status, healthy ones, or all where there are none.</param>
    internal static InstanceRecord[] Of(
        IReadOnlyList<InstanceRecord> all,
        bool hasHealth,
        DiscoverInstancesRequest request
    )
    {
        var wanted = all.Where(instance => Has(instance, request.QueryParameters)).ToArray();
        var fit = hasHealth ? OfHealth(wanted, request.HealthStatus) : wanted;
        if (request.OptionalParameters is not { Count: > 0 } optional)
            return fit;
        var best = Array.FindAll(fit, instance => Has(instance, optional));
        return best.Length > 0 ? best : fit;
    }

    private static InstanceRecord[] OfHealth(InstanceRecord[] wanted, string? status)
    {
        switch (status)
        {
            case HealthStatusFilter.AllValue:
                return wanted;
            case HealthStatusFilter.Unhealthy:
                return Array.FindAll(wanted, instance => !instance.IsHealthy);
            case HealthStatusFilter.Healthy:
                return Array.FindAll(wanted, instance => instance.IsHealthy);
            default:
                var healthy = Array.FindAll(wanted, instance => instance.IsHealthy);
                return healthy.Length > 0 ? healthy : wanted;
        }
    }

    private static bool Has(InstanceRecord instance, IReadOnlyDictionary<string, string>? parameters) =>
        parameters is null || parameters.All(each => instance.Attribute(each.Key) == each.Value);
}
