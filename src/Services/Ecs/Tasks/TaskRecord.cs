using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.ServiceConnect;
using Estiba.Ecs.TaskDefinitions;

namespace Estiba.Ecs.Tasks;

/// <summary>
/// A task: one running copy of a task definition, from the moment somebody wants it until an hour after it stopped.
/// </summary>
public sealed record TaskRecord
{
    private DerivedText _key;
    private DerivedText _clusterKey;
    private DerivedText _serviceKey;
    private DerivedText _instanceKey;

    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope
    {
        get;
        init
        {
            field = value;
            _key = _clusterKey = _serviceKey = _instanceKey = default;
        }
    }

    /// <summary>The name of its cluster.</summary>
    public required string Cluster
    {
        get;
        init
        {
            field = value;
            _key = _clusterKey = _serviceKey = _instanceKey = default;
        }
    }

    /// <summary>32 hexadecimal digits.</summary>
    public required string Id
    {
        get;
        init
        {
            field = value;
            _key = default;
        }
    }

    /// <summary>The family of its task definition.</summary>
    public required string Family { get; init; }

    /// <summary>The revision of its task definition.</summary>
    public required int Revision { get; init; }

    /// <summary>Where it is in its life (<c>PROVISIONING</c> to <c>STOPPED</c>).</summary>
    public required string LastStatus { get; init; }

    /// <summary>Where it should go: <c>RUNNING</c> or <c>STOPPED</c>.</summary>
    public required string DesiredStatus { get; init; }

    /// <summary><c>EC2</c>, <c>EXTERNAL</c> or <c>FARGATE</c>.</summary>
    public required string LaunchType { get; init; }

    /// <summary>The group for placement, <c>family:NAME</c> or <c>service:NAME</c> unless given.</summary>
    public required string Group { get; init; }

    /// <summary>When somebody first wanted it.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Counts the changes of the task.</summary>
    public required long Version { get; init; }

    /// <summary>Its containers, in the order of the definition, without the task's ARN.</summary>
    public required IReadOnlyList<Container> Containers { get; init; }

    /// <summary>What it takes from its container instance.</summary>
    public required TaskResources Resources { get; init; }

    /// <summary>The container instance's id; null while it waits to be placed.</summary>
    public string? ContainerInstance
    {
        get;
        init
        {
            field = value;
            _instanceKey = default;
        }
    }

    /// <summary>The zone of its container instance.</summary>
    public string? AvailabilityZone { get; init; }

    /// <summary>The service it belongs to, by name.</summary>
    public string? Service
    {
        get;
        init
        {
            field = value;
            _serviceKey = default;
        }
    }

    /// <summary>Who started it: what the caller gave, or the deployment of its service.</summary>
    public string? StartedBy { get; init; }

    /// <summary>Overrides of the definition.</summary>
    public TaskOverride? Overrides { get; init; }

    /// <summary>
    /// Under which id its containers ask for the credentials of its task role; null without one. The credentials
    /// themselves are nowhere.
    /// </summary>
    public string? RoleCredentialsId { get; init; }

    /// <summary>Under which id its agent keeps the credentials of its execution role; null without one.</summary>
    public string? ExecutionRoleCredentialsId { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>Whether commands may be executed in it.</summary>
    public bool EnableExecuteCommand { get; init; }

    /// <summary>
    /// <c>HEALTHY</c>, <c>UNHEALTHY</c> or <c>UNKNOWN</c>, of the essential containers that have a health check.
    /// </summary>
    public string HealthStatus { get; init; } = Contracts.Ecs.HealthStatus.Unknown;

    /// <summary>
    /// Whether an essential container has a health check, so that running alone does not make the task healthy.
    /// </summary>
    public bool HasHealthCheck { get; init; }

    /// <summary>
    /// Until when neither scaling nor deployments stop it ("Task scale-in protection"); null for not protected.
    /// </summary>
    public DateTimeOffset? ProtectedUntil { get; init; }

    /// <summary>The one container instance, by id, that a daemon service wants it on; null for any.</summary>
    public string? OnlyInstance { get; init; }

    /// <summary>The capacity provider whose instances it may be on, by name; null for any instance.</summary>
    public string? CapacityProvider { get; init; }

    /// <summary>
    /// Where it may be and would best be, as <c>RunTask</c> was told; null for a task of a service, and once it is
    /// placed.
    /// </summary>
    public TaskPlacement? Placement { get; init; }

    /// <summary>What it is to target groups of load balancers; null for a task that is to none.</summary>
    public IReadOnlyList<TaskTarget>? Targets { get; init; }

    /// <summary>What it is to registries; null for a task that is to none.</summary>
    public IReadOnlyList<TaskRegistration>? Registrations { get; init; }

    /// <summary>What it is in a namespace of Service Connect; null for a task that is in none.</summary>
    public TaskConnection? Connection { get; init; }

    /// <summary>When the agent of its instance took it.</summary>
    public DateTimeOffset? ConnectivityAt { get; init; }

    /// <summary>When its first image began to be pulled.</summary>
    public DateTimeOffset? PullStartedAt { get; init; }

    /// <summary>When its last image was there.</summary>
    public DateTimeOffset? PullStoppedAt { get; init; }

    /// <summary>When it reached <c>RUNNING</c>.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was asked to stop.</summary>
    public DateTimeOffset? StoppingAt { get; init; }

    /// <summary>When its essential containers ended.</summary>
    public DateTimeOffset? ExecutionStoppedAt { get; init; }

    /// <summary>When it reached <c>STOPPED</c>.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>Why it stops, as a code.</summary>
    public string? StopCode { get; init; }

    /// <summary>Why it stops, in words.</summary>
    public string? StoppedReason { get; init; }

    /// <summary>Its key in the store.</summary>
    public string Key => _key.Text ??= InCluster(Id);

    /// <summary>The key of its cluster.</summary>
    public string ClusterKey => _clusterKey.Text ?? ClusterRecord.KeyOf(Scope, Cluster);

    /// <summary>The key of its service; null for a task of none.</summary>
    public string? ServiceKey => _serviceKey.Text ?? (Service is null ? null : InCluster(Service));

    /// <summary>
    /// Its container instance; null while it waits or when it has stopped and holds nothing any more.
    /// </summary>
    public string? HeldInstance => IsStopped ? null : ContainerInstance;

    /// <summary>The key of its container instance, stopped or not.</summary>
    public string? InstanceKey =>
        _instanceKey.Text ?? (ContainerInstance is null ? null : InCluster(ContainerInstance));

    /// <summary>Its namespace of Service Connect while it is not stopped, by its ARN.</summary>
    public string? LiveNamespace => IsStopped ? null : Connection?.Namespace;

    /// <summary>Its service while it is not stopped, by name.</summary>
    public string? LiveService => IsStopped ? null : Service;

    /// <summary>Whether it has reached the end of its life.</summary>
    public bool IsStopped => LastStatus == TaskStatus.Stopped;

    /// <summary>Whether it is to run, as far as anybody knows.</summary>
    public bool IsWanted => DesiredStatus == Contracts.Ecs.DesiredStatus.Running && !IsStopped;

    /// <summary>Whether containers of it may run now or soon. Those of a task that was asked to stop may still answer,
    /// or put their work away.</summary>
    public bool MayHaveContainers =>
        IsWanted || (!IsStopped && TaskStatus.Order(LastStatus) >= TaskStatus.Order(TaskStatus.Running));

    /// <summary>Whether it does its work: it is wanted, runs, and passes its health checks and those of its target
    /// groups, if it has any.</summary>
    public bool IsHealthy =>
        IsWanted
        && LastStatus == TaskStatus.Running
        && (
            HealthStatus == Contracts.Ecs.HealthStatus.Healthy
            || (!HasHealthCheck && HealthStatus != Contracts.Ecs.HealthStatus.Unhealthy)
        )
        && (Targets is null || Targets.All(target => target.IsHealthy))
        && (Registrations is null || Registrations.All(registration => registration.IsSettled));

    /// <summary>Whether it is wanted and runs, but fails a health check.</summary>
    public bool IsUnhealthy =>
        IsWanted
        && LastStatus == TaskStatus.Running
        && (HealthStatus == Contracts.Ecs.HealthStatus.Unhealthy || UnhealthyTarget is not null);

    /// <summary>The first of its targets that fails the health checks of its target group.</summary>
    public TaskTarget? UnhealthyTarget => Targets?.FirstOrDefault(target => target.IsUnhealthy);

    /// <summary>Its service, by key, as long as a target group has it or is to have it.</summary>
    public string? TargetsOf =>
        Targets is null || (IsStopped && Targets.All(target => target.State == TaskTargetState.Gone))
            ? null
            : ServiceKey;

    /// <summary>Its service, by key, as long as a registry has it or is to have it.</summary>
    public string? RegistrationsOf =>
        Registrations is null || (IsStopped && Registrations.All(registration => registration.IsGone))
            ? null
            : ServiceKey;

    /// <summary>Whether no target group and no registry has it, or can be waited for.</summary>
    public bool HasLeft =>
        (Targets is null || Targets.All(target => target.State == TaskTargetState.Gone))
        && (Registrations is null || Registrations.All(registration => registration.IsGone || registration.IsGivenUp));

    /// <summary>
    /// What its agent is to do with it: one that is being taken off its target groups and registries runs until it has
    /// answered what it was asked, and nobody remembers it.
    /// </summary>
    public string DesiredByAgent =>
        LastStatus == TaskStatus.Deactivating ? Contracts.Ecs.DesiredStatus.Running : DesiredStatus;

    /// <summary>Whether it waits to be placed.</summary>
    public bool IsWaiting => ContainerInstance is null && !IsStopped;

    /// <summary>Whether nobody is shown it: it waits, and its service says so in its events.</summary>
    public bool IsHidden => IsWaiting && Service is not null;

    /// <summary>
    /// Whether its agent has something to do: it is placed and does not run yet, or is to stop and has not.
    /// </summary>
    public bool IsTransitional =>
        ContainerInstance is not null
        && !IsStopped
        && (LastStatus != TaskStatus.Running || !IsWanted)
        && LastStatus != TaskStatus.Deactivating;

    /// <summary>Whether scaling and deployments must leave it alone at this time.</summary>
    public bool IsProtected(DateTimeOffset now) => ProtectedUntil > now;

    /// <summary>Its ARN.</summary>
    public string Arn => Scope.Arn($"task/{Cluster}/{Id}");

    /// <summary>The ARN of its task definition.</summary>
    public string TaskDefinitionArn => TaskDefinitionRecord.ArnOf(Scope, Family, Revision);

    /// <summary>
    /// Keeps the keys of its cluster and its service, for a record that others are copied from: they share these.
    /// </summary>
    internal TaskRecord WithKeys()
    {
        (_clusterKey.Text, _serviceKey.Text) = (ClusterKey, ServiceKey);
        return this;
    }

    /// <summary>Keeps the key of the container instance that the task was placed on, which others share.</summary>
    internal TaskRecord WithKeyOf(ContainerInstanceRecord instance)
    {
        if (instance.Id == ContainerInstance && instance.ClusterKey == ClusterKey)
            _instanceKey.Text = instance.Key;
        return this;
    }

    /// <summary>The key of something in the task's cluster.</summary>
    internal string InCluster(string name) =>
        string.Concat([Scope.AccountId, "/", Scope.Region, "/", Cluster, "/", name]);
}
