using Estiba.Contracts.Ecs;

namespace Estiba.Ecs;

/// <summary>A service: keeps a number of tasks of one task definition running.</summary>
public sealed record ServiceRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The name of its cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>Its name, unique among the cluster's services that are not inactive.</summary>
    public required string Name { get; init; }

    /// <summary><c>ACTIVE</c>, <c>DRAINING</c>, or <c>INACTIVE</c> for a while after it was deleted.</summary>
    public required string Status { get; init; }

    /// <summary>How many tasks there should be.</summary>
    public required int DesiredCount { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who created it.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>The settings that are shown as they were given or defaulted: everything of <c>Service</c> that no reconciler changes.</summary>
    public required Service Settings { get; init; }

    /// <summary>The deployments, newest (<c>PRIMARY</c>) first.</summary>
    public required IReadOnlyList<DeploymentRecord> Deployments { get; init; }

    /// <summary>The number of the newest event.</summary>
    public long LastEvent { get; init; }

    /// <summary>Whether the last thing said was that it is steady.</summary>
    public bool IsSteady { get; init; }

    /// <summary>Why its tasks cannot be placed, as last said; null when they can.</summary>
    public string? PlacementFailure { get; init; }

    /// <summary>When that was last said.</summary>
    public DateTimeOffset? PlacementFailureAt { get; init; }

    /// <summary>Starts that failed one after another; any task that runs sets it back.</summary>
    public int FailedStarts { get; init; }

    /// <summary>No task is started before this time.</summary>
    public DateTimeOffset? NextStartAt { get; init; }

    /// <summary>When it was deleted, if it was.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>Its key in the store.</summary>
    public string Key => KeyOf(Scope, Cluster, Name);

    /// <summary>The key of its cluster.</summary>
    public string ClusterKey => ClusterRecord.KeyOf(Scope, Cluster);

    /// <summary>Its ARN.</summary>
    public string Arn => Scope.Arn($"service/{Cluster}/{Name}");

    /// <summary>The deployment that tasks are started for.</summary>
    public DeploymentRecord Primary => Deployments[0];

    /// <summary>The key of a service.</summary>
    public static string KeyOf(Scope scope, string cluster, string name) => $"{ClusterRecord.KeyOf(scope, cluster)}/{name}";
}

/// <summary>One deployment of a service: the tasks of one revision, with the settings they are started with.</summary>
public sealed record DeploymentRecord
{
    /// <summary><c>ecs-svc/</c> and nineteen digits; its tasks say it started them.</summary>
    public required string Id { get; init; }

    /// <summary>The family of its task definition.</summary>
    public required string Family { get; init; }

    /// <summary>The revision of its task definition.</summary>
    public required int Revision { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary><c>IN_PROGRESS</c>, <c>COMPLETED</c> or <c>FAILED</c>.</summary>
    public required string RolloutState { get; init; }

    /// <summary>Why, in words.</summary>
    public required string RolloutStateReason { get; init; }

    /// <summary>Tasks that stopped before they ran.</summary>
    public int FailedTasks { get; init; }
}

/// <summary>One line of a service's history.</summary>
public sealed record ServiceEventRecord
{
    /// <summary>The key of the service.</summary>
    public required string ServiceKey { get; init; }

    /// <summary>Its number within the service.</summary>
    public required long Number { get; init; }

    /// <summary>A universally unique id.</summary>
    public required string Id { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What happened, in ECS's words.</summary>
    public required string Message { get; init; }

    /// <summary>Its key in the store, oldest first.</summary>
    public string Key => KeyOf(ServiceKey, Number);

    /// <summary>The key of an event.</summary>
    public static string KeyOf(string serviceKey, long number) => $"{serviceKey}/{number:D12}";
}
