using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ServiceConnect;
using Estiba.Ecs.Services;
using Estiba.State;

namespace Estiba.Ecs.ServiceRegistries;

/// <summary>Makes what a service's configuration of Service Connect asks for in its namespace.</summary>
/// <param name="store">The state.</param>
/// <param name="namespaces">The namespaces.</param>
/// <param name="time">The clock.</param>
internal sealed class ServiceConnections(Store store, ServiceConnectNamespaces namespaces, TimeProvider time)
{
    /// <summary>The settings of a service with such a configuration.</summary>
    /// <param name="configuration">The configuration; null where the request has none.</param>
    /// <param name="cluster">The service's cluster, which may have a default namespace.</param>
    /// <param name="serviceKey">The service, by its key.</param>
    /// <param name="definition">What it runs.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">The caller has left.</param>
    /// <returns>The settings; null where the request has none.</returns>
    /// <exception cref="AwsException">In ECS's words.</exception>
    internal async Task<ServiceConnectSettings?> PrepareAsync(
        ServiceConnectConfiguration? configuration,
        ClusterRecord cluster,
        string serviceKey,
        TaskDefinition definition,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (configuration is null)
            return null;
        if (configuration.Enabled != true)
            return new ServiceConnectSettings { Configuration = configuration };
        var named = configuration.Namespace is { Length: > 0 } given
            ? given
            : cluster.ServiceConnectDefaults?.Namespace
                ?? throw EcsErrors.InvalidParameterException(
                    "The service connect configuration has no namespace, and the cluster has no default namespace. "
                        + "Specify a namespace."
                );
        var its = await namespaces.RequireAsync(named, context, cancellation);
        var settings = new ServiceConnectSettings
        {
            Configuration = configuration with { Namespace = named },
            Namespace = its.Arn,
            NamespaceName = its.Name,
        };
        var endpoints = ServiceConnectPorts.Resolve(settings, definition);
        RequireFree(store.Current, endpoints, serviceKey);
        if (endpoints.Endpoints.Count == 0)
            return endpoints;

        await store.CommitAsync(transaction => Announce(transaction, endpoints, time.GetUtcNow()), cancellation);
        var arns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints.Endpoints)
            arns[endpoint.DiscoveryName] = await namespaces.EnsureServiceAsync(
                its.Arn,
                endpoint.DiscoveryName,
                context,
                cancellation
            );
        return ServiceConnectPorts.Resolve(settings, definition, arns);
    }

    /// <summary>Refuses names that another service of the namespace has.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c></exception>
    internal static void RequireFree(View view, ServiceConnectSettings settings, string serviceKey)
    {
        if (settings.Namespace is null || settings.Endpoints.Count == 0)
            return;
        var others = view.Where(EcsTables.Services, EcsTables.ServicesOfNamespace, settings.Namespace)
            .Where(service => service.Status == ServiceStatus.Active && service.Key != serviceKey)
            .SelectMany(service => service.ServiceConnect!.Endpoints.Select(endpoint => (service, endpoint)))
            .ToList();
        foreach (var endpoint in settings.Endpoints)
        {
            foreach (var (service, other) in others)
            {
                if (other.DiscoveryName == endpoint.DiscoveryName)
                    throw EcsErrors.InvalidParameterException(
                        $"The discoveryName '{endpoint.DiscoveryName}' is already used in the namespace "
                            + $"{settings.NamespaceName} by {service.Arn}."
                    );
                if (endpoint.Port is not null && (other.DnsName, other.Port) == (endpoint.DnsName, endpoint.Port))
                    throw EcsErrors.InvalidParameterException(
                        $"The client alias '{endpoint.DnsName}:{endpoint.Port}' is already used in the namespace "
                            + $"{settings.NamespaceName} by {service.Arn}."
                    );
            }
        }
    }

    private static void Announce(Transaction transaction, ServiceConnectSettings settings, DateTimeOffset now)
    {
        foreach (var endpoint in settings.Endpoints)
            transaction.Put(
                EcsTables.DiscoveryServices,
                new DiscoveryServiceRecord
                {
                    Namespace = settings.Namespace!,
                    DiscoveryName = endpoint.DiscoveryName,
                    WantedAt = now,
                }
            );
    }
}
