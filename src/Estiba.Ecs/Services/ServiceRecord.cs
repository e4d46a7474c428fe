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

    /// <summary>The deployments, newest (<c>PRIMARY</c>) first; none where somebody else deploys, by task sets.</summary>
    public required IReadOnlyList<DeploymentRecord> Deployments { get; init; }

    /// <summary>The task sets of a service that somebody else deploys (controller <c>EXTERNAL</c>).</summary>
    public IReadOnlyList<TaskSetRecord> TaskSets { get; init; } = [];

    /// <summary>The deployment that completed last, which a rollback goes back to; null when there is none, or when it is being gone back to.</summary>
    public DeploymentRecord? LastCompleted { get; init; }

    /// <summary>The number of the newest event.</summary>
    public long LastEvent { get; init; }

    /// <summary>The task that is being replaced to balance the zones, by id; null while none is.</summary>
    public string? Moving { get; init; }

    /// <summary>The task that was started to take its place, by id; null while there is none.</summary>
    public string? Successor { get; init; }

    /// <summary>The zone of which was said that it has no room for a task that should move there; null while none is.</summary>
    public string? FullZone { get; init; }

    /// <summary>Whether the last thing said was that it is steady.</summary>
    public bool IsSteady { get; init; }

    /// <summary>Whether it was said that its deployment configuration blocks its deployment.</summary>
    public bool IsBlocked { get; init; }

    /// <summary>Why its tasks cannot be placed, as last said; null when they can.</summary>
    public string? PlacementFailure { get; init; }

    /// <summary>When that was last said.</summary>
    public DateTimeOffset? PlacementFailureAt { get; init; }

    /// <summary>No task is started before this time.</summary>
    public DateTimeOffset? NextStartAt { get; init; }

    /// <summary>How many of its tasks ended by themselves soon after they ran, one after another.</summary>
    public int ShortLives { get; init; }

    /// <summary>When the last of them ended.</summary>
    public DateTimeOffset? ShortLifeAt { get; init; }

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

    /// <summary>Whether somebody else deploys it, by task sets.</summary>
    public bool IsExternal => Settings.DeploymentController?.Type == DeploymentControllerType.External;

    /// <summary>Whether it runs one task on every container instance that it may be on.</summary>
    public bool IsDaemon => Settings.SchedulingStrategy == SchedulingStrategy.Daemon;

    /// <summary>The deployment that tasks are started for; a service of task sets has none.</summary>
    public DeploymentRecord Primary => Deployments[0];

    /// <summary>Whether a task of it fails its health checks and has had the grace period to come up.</summary>
    public bool IsSick(TaskRecord task, DateTimeOffset now) => task.IsUnhealthy && !(GraceEnd(task) > now);

    /// <summary>Until when failed health checks of a task of it are not minded; null where there is no such time.</summary>
    public DateTimeOffset? GraceEnd(TaskRecord task) => task.StartedAt?.AddSeconds(Settings.HealthCheckGracePeriodSeconds ?? 0);

    /// <summary>The deployments whose tasks it may have or start again: those that go on, those of its task sets, and the one that a rollback goes back to.</summary>
    public IEnumerable<DeploymentRecord> RolledOut => Deployments.Concat(TaskSets.Select(set => set.Deployment)).Concat(LastCompleted is { } last ? [last] : []);

    /// <summary>The key of a service.</summary>
    public static string KeyOf(Scope scope, string cluster, string name) => $"{ClusterRecord.KeyOf(scope, cluster)}/{name}";
}
