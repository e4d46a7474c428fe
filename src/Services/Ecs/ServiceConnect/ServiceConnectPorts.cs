using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.ServiceConnect;

/// <summary>Finds the ports of a task definition that a configuration names.</summary>
internal static class ServiceConnectPorts
{
    /// <summary>The settings of a service that runs a definition.</summary>
    /// <param name="settings">Its settings, whose endpoints may be those of another definition.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="discoveryArns">The services of Cloud Map, by discovery name.</param>
    /// <exception cref="AwsException">The definition lacks a port, or has it where it cannot be reached.</exception>
    internal static ServiceConnectSettings Resolve(
        ServiceConnectSettings settings,
        TaskDefinition definition,
        IReadOnlyDictionary<string, string> discoveryArns
    )
    {
        if (settings.Namespace is null)
            return settings;
        CheckNetwork(definition);
        return settings with
        {
            Endpoints =
            [
                .. (settings.Configuration.Services ?? []).Select(service =>
                    EndpointOf(service, settings.NamespaceName, definition, discoveryArns)
                ),
            ],
        };
    }

    /// <summary>The same with the services of Cloud Map that it has already.</summary>
    /// <exception cref="AwsException">As above.</exception>
    internal static ServiceConnectSettings Resolve(ServiceConnectSettings settings, TaskDefinition definition) =>
        Resolve(
            settings,
            definition,
            settings.Endpoints.ToDictionary(
                endpoint => endpoint.DiscoveryName,
                endpoint => endpoint.DiscoveryArn,
                StringComparer.Ordinal
            )
        );

    private static void CheckNetwork(TaskDefinition definition)
    {
        if (definition.NetworkMode == NetworkMode.Awsvpc)
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba has no networkMode awsvpc yet. Service Connect needs a task definition with the networkMode "
                    + "bridge or host."
            );
        if (definition.NetworkMode == NetworkMode.None)
            throw EcsErrors.InvalidParameterException(
                "Service Connect needs a task definition with the networkMode bridge or host."
            );
    }

    private static ServiceConnectEndpoint EndpointOf(
        ServiceConnectService service,
        string namespaceName,
        TaskDefinition definition,
        IReadOnlyDictionary<string, string> discoveryArns
    )
    {
        var (container, mapping) = (definition.ContainerDefinitions ?? [])
            .SelectMany(container =>
                (container.PortMappings ?? []).Select(mapping => (Container: container, Mapping: mapping))
            )
            .FirstOrDefault(each => each.Mapping.Name == service.PortName);
        if (mapping is null)
            throw EcsErrors.InvalidParameterException(
                $"The portName '{service.PortName}' of the service connect configuration does not exist in the task "
                    + "definition."
            );
        if (mapping.ContainerPort is not { } port || mapping.Protocol == TransportProtocol.Udp)
            throw EcsErrors.InvalidParameterException(
                $"The portName '{service.PortName}' of the service connect configuration must be a single TCP port."
            );
        if (mapping.AppProtocol is null && service.Timeout?.PerRequestTimeoutSeconds is > 0)
            throw EcsErrors.InvalidParameterException(
                $"perRequestTimeoutSeconds can only be set where the appProtocol of the portName '{service.PortName}' "
                    + "isn't TCP."
            );
        var name = ServiceConnectRequests.DiscoveryNameOf(service);
        var alias = service.ClientAliases is [var first] ? first : null;
        return new ServiceConnectEndpoint
        {
            DiscoveryName = name,
            DiscoveryArn = discoveryArns.GetValueOrDefault(name) ?? "",
            ContainerName = container.Name!,
            ContainerPort = port,
            AppProtocol = mapping.AppProtocol,
            DnsName = alias?.DnsName is { Length: > 0 } given ? given : $"{name}.{namespaceName}",
            Port = alias?.Port,
            IdleTimeout = service.Timeout?.IdleTimeoutSeconds,
            PerRequestTimeout = service.Timeout?.PerRequestTimeoutSeconds,
        };
    }
}
