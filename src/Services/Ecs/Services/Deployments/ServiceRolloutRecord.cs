using Estiba.Ecs.Services.TaskSets;
using Estiba.Ecs.Services.TrafficShifts;
using Estiba.State;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>
/// What the deployment controller of a service, ECS's own or an external one, has rolled out and has to remember of it.
/// Nothing in it is anybody's wish.
/// </summary>
public sealed record ServiceRolloutRecord
{
    /// <summary>The key of its service, which is also its own.</summary>
    public required string ServiceKey { get; init; }

    /// <summary>
    /// The deployments, newest (<c>PRIMARY</c>) first; none where somebody else deploys, by task sets.
    /// </summary>
    public IReadOnlyList<DeploymentRecord> Deployments { get; init; } = [];

    /// <summary>The task sets of a service that somebody else deploys (controller <c>EXTERNAL</c>).</summary>
    public IReadOnlyList<TaskSetRecord> TaskSets { get; init; } = [];

    /// <summary>
    /// The deployment that completed last, which a rollback goes back to; null when there is none, or when it is being
    /// gone back to.
    /// </summary>
    public DeploymentRecord? LastCompleted { get; init; }

    /// <summary>Whether the service is in a steady state, and nothing has happened since.</summary>
    public bool IsSteady { get; init; }

    /// <summary>How its tasks are being balanced over the zones; null while they are not.</summary>
    public ZoneRebalancing? Rebalancing { get; init; }

    /// <summary>How far the traffic has been shifted to the primary deployment; null where no deployment shifts
    /// it.</summary>
    public TrafficShiftRecord? Shift { get; init; }

    /// <summary>How listener rules share the traffic, as last written to them; null where nobody has.</summary>
    public TrafficShares? Shares { get; init; }

    /// <summary>The key of its cluster.</summary>
    public string ClusterKey => ServiceKey[..ServiceKey.LastIndexOf('/')];

    /// <summary>The deployment that tasks are started for; a service of task sets has none.</summary>
    public DeploymentRecord Primary => Deployments[0];

    /// <summary>
    /// The deployments whose tasks the service may have or start again: those in progress or not drained yet, those of
    /// its task sets, and the one that a rollback goes back to.
    /// </summary>
    public IEnumerable<DeploymentRecord> RolledOut =>
        Deployments.Concat(TaskSets.Select(set => set.Deployment)).Concat(LastCompleted is { } last ? [last] : []);

    /// <summary>The deployment, or that of the task set, which has an id; null when there is none any more.</summary>
    public DeploymentRecord? Find(string? id) => RolledOut.FirstOrDefault(deployment => deployment.Id == id);

    /// <summary>The rollout of a service; an empty one where nothing has been rolled out.</summary>
    public static ServiceRolloutRecord Of(View view, string serviceKey) =>
        view.Find(EcsTables.ServiceRollouts, serviceKey) ?? new ServiceRolloutRecord { ServiceKey = serviceKey };
}

/// <summary>
/// How the tasks of a service are being balanced over the zones ("Balancing an Amazon ECS service across Availability
/// Zones", developer guide).
/// </summary>
/// <param name="Replaced">The task that is being replaced by one in another zone, by id; null while none is.</param>
/// <param name="Replacement">The task that was started in its place, by id; null while there is none.</param>
/// <param name="UnavailableZone">The zone without capacity for a task that should go there; null while there is
/// none.</param>
public sealed record ZoneRebalancing(
    string? Replaced = null,
    string? Replacement = null,
    string? UnavailableZone = null
);
