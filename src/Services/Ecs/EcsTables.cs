using System.Text.Json;
using System.Text.Json.Serialization;
using Estiba.Ecs.Accounts;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Idempotency;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Scheduling;
using Estiba.Ecs.ServiceConnect;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs;

/// <summary>
/// The tables of ECS. Keys begin with account and region; those of what lives in a cluster, with the cluster's key.
/// </summary>
public static class EcsTables
{
    internal static readonly Index<TaskRecord> TasksOfInstance = new(
        "instance",
        task => task.HeldInstance,
        (task, _) => task.InstanceKey!
    );
    internal static readonly Index<TaskRecord> EndedTasks = new(
        "ended",
        task => task.IsStopped ? task.ContainerInstance : null,
        (task, _) => task.InstanceKey!
    );
    internal static readonly Index<TaskRecord> TransitionalTasks = new(
        "transitional",
        task => task.IsTransitional ? task.ContainerInstance : null,
        (task, _) => task.InstanceKey!
    );
    internal static readonly Index<TaskRecord> TasksOfService = new(
        "service",
        task => task.LiveService,
        (task, _) => task.ServiceKey!
    );
    internal static readonly Index<TaskRecord> TargetTasks = new("targets", task => task.TargetsOf);
    internal static readonly Index<TaskRecord> RegisteredTasks = new("registrations", task => task.RegistrationsOf);
    internal static readonly Index<TaskRecord> ConnectedTasks = new("namespace", task => task.LiveNamespace);
    internal static readonly Index<TaskRecord> WaitingTasks = new(
        "waiting",
        task => task.IsWaiting ? task.Service ?? "" : null,
        (task, _) => ServiceQueue.KeyOf(task)
    );
    internal static readonly Index<TaskRecord> StoppedTasks = new("stopped", task =>
        task.StoppedAt is { } at && task.IsStopped ? $"{at.ToUnixTimeMilliseconds():D15}" : null
    );

    internal static readonly Index<TaskDefinitionRecord> ActiveRevisions = new("active", definition =>
        definition.IsActive ? TaskDefinitionRecord.FamilyPrefix(definition.Scope, definition.Family) : null
    );
    internal static readonly Index<TaskDefinitionRecord> DeletingRevisions = new("deleting", definition =>
        definition.IsBeingDeleted ? "" : null
    );

    internal static readonly Index<ServiceRecord> ServicesByStatus = new("status", service =>
        $"{service.ClusterKey}/{service.Status}"
    );
    internal static readonly Index<ServiceRecord> DaemonServices = new("daemon", service =>
        service.IsDaemon && service.Status != ServiceStatus.Inactive ? service.ClusterKey : null
    );
    internal static readonly Index<ServiceRecord> ServicesOfNamespace = new("namespace", service =>
        service.LiveNamespace
    );
    internal static readonly Index<ServiceConnectName> NamesByAddress = new("address", name => name.Address);
    internal static readonly Index<ServiceConnectName> NamesByDnsName = new("dns-name", name => name.DnsName);
    internal static readonly Index<ServiceRolloutRecord> RebalancingServices = new("rebalancing", rollout =>
        rollout.Rebalancing is null ? null : rollout.ClusterKey
    );
    internal static readonly Index<ContainerInstanceRecord> InstancesByStatus = new("status", instance =>
        $"{instance.ClusterKey}/{instance.Status}"
    );

    internal static readonly Index<ContainerInstanceRecord> LeavingInstances = new("leaving", instance =>
        instance.IsLeaving ? instance.ClusterKey : null
    );

    internal static readonly Index<ContainerInstanceRecord> InstancesOfHost = new("host", instance =>
        instance.HostId is { } host ? instance.Scope.Prefix + host : null
    );

    internal static readonly Table<ClusterRecord> Clusters = new(
        "ecs.clusters",
        cluster => cluster.Key,
        EcsJson.Default
    );
    internal static readonly Table<FamilyRecord> Families = new("ecs.families", family => family.Key, EcsJson.Default);
    internal static readonly Table<TaskDefinitionRecord> TaskDefinitions = new(
        "ecs.task-definitions",
        definition => definition.Key,
        EcsJson.Default,
        ActiveRevisions,
        DeletingRevisions
    );
    internal static readonly Table<TaskRecord> Tasks = new(
        "ecs.tasks",
        task => task.Key,
        EcsJson.Default,
        TasksOfInstance,
        EndedTasks,
        TransitionalTasks,
        TasksOfService,
        TargetTasks,
        RegisteredTasks,
        ConnectedTasks,
        WaitingTasks,
        StoppedTasks
    )
    {
        Aggregates =
        [
            InstanceUsage.OfInstances,
            ServiceCensus.OfServices,
            ZoneBalance.TasksOfServices,
            TaskCounts.OfClusters,
        ],
    };

    internal static readonly Table<ServiceRecord> Services = new(
        "ecs.services",
        service => service.Key,
        EcsJson.Default,
        ServicesByStatus,
        DaemonServices,
        ServicesOfNamespace
    );
    internal static readonly Table<ServiceRolloutRecord> ServiceRollouts = new(
        "ecs.service-rollouts",
        rollout => rollout.ServiceKey,
        EcsJson.Default,
        RebalancingServices
    );
    internal static readonly Table<PlacementFailureRecord> PlacementFailures = new(
        "ecs.placement-failures",
        failure => failure.ServiceKey,
        EcsJson.Default
    );
    internal static readonly Table<ServiceEventLogRecord> ServiceEventLogs = new(
        "ecs.service-event-logs",
        log => log.ServiceKey,
        EcsJson.Default
    );
    internal static readonly Table<ServiceEventRecord> ServiceEvents = new(
        "ecs.service-events",
        happened => happened.Key,
        EcsJson.Default
    );
    internal static readonly Table<ServiceRevisionRecord> ServiceRevisions = new(
        "ecs.service-revisions",
        revision => revision.Key,
        EcsJson.Default
    );
    internal static readonly Table<ServiceDeploymentRecord> ServiceDeployments = new(
        "ecs.service-deployments",
        deployment => deployment.Key,
        EcsJson.Default
    );
    internal static readonly Table<ContainerInstanceRecord> ContainerInstances = new(
        "ecs.container-instances",
        instance => instance.Key,
        EcsJson.Default,
        InstancesByStatus,
        LeavingInstances,
        InstancesOfHost
    )
    {
        Aggregates = [ZoneBalance.InstancesOfClusters],
    };

    internal static readonly Table<InstanceHealthRecord> InstanceHealth = new(
        "ecs.instance-health",
        health => health.InstanceKey,
        EcsJson.Default
    );
    internal static readonly Table<CapacityProviderRecord> CapacityProviders = new(
        "ecs.capacity-providers",
        provider => provider.Key,
        EcsJson.Default
    );
    internal static readonly Table<AccountSettingRecord> AccountSettings = new(
        "ecs.account-settings",
        setting => setting.Key,
        EcsJson.Default
    );
    internal static readonly Table<ClientTokenRecord> ClientTokens = new(
        "ecs.client-tokens",
        token => token.Key,
        EcsJson.Default
    );

    internal static readonly Table<ServiceConnectName> ServiceConnectNames = new(
        "ecs.service-connect-names",
        name => name.Key,
        EcsJson.Default,
        NamesByAddress,
        NamesByDnsName
    );
    internal static readonly Table<DiscoveryServiceRecord> DiscoveryServices = new(
        "ecs.discovery-services",
        service => service.Key,
        EcsJson.Default
    );

    /// <summary>All of them, to open the store with.</summary>
    public static IReadOnlyList<Table> All { get; } =
    [
        Clusters,
        Families,
        TaskDefinitions,
        Tasks,
        Services,
        ServiceRollouts,
        PlacementFailures,
        ServiceEventLogs,
        ServiceEvents,
        ServiceRevisions,
        ServiceDeployments,
        ContainerInstances,
        InstanceHealth,
        CapacityProviders,
        AccountSettings,
        ClientTokens,
        ServiceConnectNames,
        DiscoveryServices,
    ];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(ClusterRecord))]
[JsonSerializable(typeof(FamilyRecord))]
[JsonSerializable(typeof(TaskDefinitionRecord))]
[JsonSerializable(typeof(TaskRecord))]
[JsonSerializable(typeof(ServiceRecord))]
[JsonSerializable(typeof(FormerServiceMembers))]
[JsonSerializable(typeof(ServiceRolloutRecord))]
[JsonSerializable(typeof(PlacementFailureRecord))]
[JsonSerializable(typeof(ServiceEventLogRecord))]
[JsonSerializable(typeof(ServiceEventRecord))]
[JsonSerializable(typeof(ServiceRevisionRecord))]
[JsonSerializable(typeof(ServiceDeploymentRecord))]
[JsonSerializable(typeof(ContainerInstanceRecord))]
[JsonSerializable(typeof(InstanceHealthRecord))]
[JsonSerializable(typeof(CapacityProviderRecord))]
[JsonSerializable(typeof(AccountSettingRecord))]
[JsonSerializable(typeof(ClientTokenRecord))]
[JsonSerializable(typeof(ServiceConnectName))]
[JsonSerializable(typeof(DiscoveryServiceRecord))]
internal sealed partial class EcsJson : JsonSerializerContext;
