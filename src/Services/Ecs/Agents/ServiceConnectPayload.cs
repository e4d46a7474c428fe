using System.Text.Json.Nodes;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.ServiceConnect;
using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.State;
using ServiceConnectEndpoint = Estiba.Contracts.Acs.ServiceConnectEndpoint;

namespace Estiba.Ecs.Agents;

/// <summary>
/// What agents are sent of namespaces of Service Connect. A host hears of those alone that its tasks are in.
/// </summary>
internal static class ServiceConnectPayload
{
    /// <summary>The namespaces of an instance's tasks.</summary>
    internal static IReadOnlyList<ServiceConnectNamespace> Of(View view, string instanceKey) =>
        [
            .. view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instanceKey)
                .Select(task => task.LiveNamespace)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Select(its => new ServiceConnectNamespace { NamespaceArn = its, Aliases = AliasesOf(view, its) }),
        ];

    /// <summary>
    /// The payload of a task in whose containers the aliases of its namespace have addresses: those that there are when
    /// it starts, as on ECS.
    /// </summary>
    internal static AcsTask WithNames(View view, TaskRecord task, AcsTask payload)
    {
        if (task.Connection is not { } connection || payload.NetworkMode == NetworkMode.None)
            return payload;
        payload = payload with { ServiceConnectNamespace = connection.Namespace };
        var entries = view.Range(EcsTables.ServiceConnectNames, ServiceConnectName.PrefixOf(connection.Namespace))
            .Select(name => $"{name.DnsName}:{name.Address}")
            .ToList();
        return entries.Count == 0
            ? payload
            : payload with
            {
                Containers = [.. payload.Containers!.Select(container => WithHosts(container, entries))],
            };
    }

    // What a definition says itself comes first, and the first that a resolver finds counts.
    private static Contracts.Acs.Container WithHosts(Contracts.Acs.Container container, List<string> entries)
    {
        var host = (JsonObject)JsonNode.Parse(container.DockerConfig!.HostConfig!)!;
        var hosts = host["ExtraHosts"] as JsonArray ?? [];
        foreach (var entry in entries)
            hosts.Add((JsonNode)JsonValue.Create(entry));
        host["ExtraHosts"] = hosts;
        return container with { DockerConfig = container.DockerConfig with { HostConfig = host.ToText() } };
    }

    private static List<ServiceConnectAlias> AliasesOf(View view, string namespaceArn)
    {
        var endpoints = EndpointsOf(view, namespaceArn);
        return
        [
            .. view.Where(EcsTables.Services, EcsTables.ServicesOfNamespace, namespaceArn)
                .Where(service => service.Status == ServiceStatus.Active)
                .SelectMany(service => service.ServiceConnect!.Endpoints)
                .Where(endpoint => endpoint.Port is not null)
                .OrderBy(endpoint => endpoint.DiscoveryName, StringComparer.Ordinal)
                .Select(endpoint => (Endpoint: endpoint, Address: AddressOf(view, namespaceArn, endpoint)))
                .Where(each => each.Address is not null)
                .Select(each => new ServiceConnectAlias
                {
                    Address = each.Address,
                    AnsweredAddress = ServiceConnectName.AnsweredAddress(view, each.Endpoint.DnsName),
                    Port = each.Endpoint.Port,
                    DnsName = each.Endpoint.DnsName,
                    DiscoveryName = each.Endpoint.DiscoveryName,
                    AppProtocol = each.Endpoint.AppProtocol,
                    IdleTimeoutSeconds = each.Endpoint.IdleTimeout,
                    PerRequestTimeoutSeconds = each.Endpoint.PerRequestTimeout,
                    Endpoints = endpoints.GetValueOrDefault(each.Endpoint.DiscoveryName) ?? [],
                }),
        ];
    }

    private static string? AddressOf(
        View view,
        string namespaceArn,
        Estiba.Ecs.ServiceConnect.ServiceConnectEndpoint endpoint
    ) => view.Find(EcsTables.ServiceConnectNames, ServiceConnectName.KeyOf(namespaceArn, endpoint.DnsName))?.Address;

    /// <summary>
    /// Where the tasks of each discovery name answer; where none is healthy, those that are unhealthy.
    /// </summary>
    private static Dictionary<string, List<ServiceConnectEndpoint>> EndpointsOf(View view, string namespaceArn) =>
        view.Where(EcsTables.Tasks, EcsTables.ConnectedTasks, namespaceArn)
            .Where(task => task is { IsWanted: true, LastStatus: TaskStatus.Running })
            .OrderBy(task => task.Key, StringComparer.Ordinal)
            .SelectMany(task => task.Connection!.Endpoints.Select(endpoint => (task, endpoint)))
            .GroupBy(each => each.endpoint.DiscoveryName, StringComparer.Ordinal)
            .ToDictionary(
                its => its.Key,
                its =>
                {
                    var healthy = its.Where(each => IsHealthy(each.task)).ToList();
                    return (healthy.Count > 0 ? healthy : its.Where(each => IsUnhealthy(each.task)))
                        .Select(each => PlaceOf(view, each.task, each.endpoint))
                        .OfType<ServiceConnectEndpoint>()
                        .ToList();
                },
                StringComparer.Ordinal
            );

    private static bool IsHealthy(TaskRecord task) =>
        task.HealthStatus == HealthStatus.Healthy || (!task.HasHealthCheck && !IsUnhealthy(task));

    private static bool IsUnhealthy(TaskRecord task) => task.HealthStatus == HealthStatus.Unhealthy;

    private static ServiceConnectEndpoint? PlaceOf(
        View view,
        TaskRecord task,
        Estiba.Ecs.ServiceConnect.ServiceConnectEndpoint endpoint
    )
    {
        var instance = task.InstanceKey is { } key ? view.Find(EcsTables.ContainerInstances, key) : null;
        var port = task
            .Containers.FirstOrDefault(container => container.Name == endpoint.ContainerName)
            ?.NetworkBindings?.FirstOrDefault(binding => binding.ContainerPort == endpoint.ContainerPort)
            ?.HostPort;
        return instance is { PrivateIp: { } address, LostAt: null } && port is not null
            ? new ServiceConnectEndpoint { Address = address, Port = port }
            : null;
    }
}
