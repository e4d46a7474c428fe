using Estiba.Ecs.Services.TaskSets;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>
/// Counts the tasks of a deployment that fail one after another; the service waits longer after each, and its circuit
/// breaker may trip.
/// </summary>
/// <remarks>
/// Beyond ECS, which is content when a task runs for a moment, a task that ends by itself while its deployment is on
/// its way has failed too.
/// </remarks>
internal static class DeploymentFailures
{
    /// <summary>One more task of the service has failed to start or failed its health checks.</summary>
    internal static void Count(ServiceEdit edit, TaskRecord task)
    {
        edit.Rollout = edit.Rollout with { IsSteady = false };
        Add(edit, task.StartedBy!);
        if (!IsStarting(edit, task.StartedBy!))
            return;

        var failures = Of(edit.Rollout, task.StartedBy!)!.FailedTasks;
        edit.Rollout = edit.Rollout with { NextStartAt = edit.Now + StartBackOff.After(failures) };
        if (failures == StartBackOff.ReportedFailures)
            edit.AddEvent(ServiceEvents.FailingToStart);
    }

    /// <summary>
    /// A task of the service ran, and ended by itself. After early exits the service waits longer, after each but the
    /// first.
    /// </summary>
    internal static void CountEnd(ServiceEdit edit, TaskRecord task, bool isEarly)
    {
        if (Of(edit.Rollout, task.StartedBy!) is { IsInProgress: true })
            Add(edit, task.StartedBy!);
        edit.Rollout = edit.Rollout with { IsSteady = false };
        var rollout = edit.Rollout;
        if (!isEarly || !IsStarting(edit, task.StartedBy!) || StartBackOff.Until(rollout, edit.Now) is not null)
            return;
        var exits = edit.Now - rollout.LastEarlyExitAt > StartBackOff.Expiry ? 1 : rollout.EarlyExits + 1;
        edit.Rollout = rollout with
        {
            EarlyExits = exits,
            LastEarlyExitAt = edit.Now,
            NextStartAt = exits > 1 ? edit.Now + StartBackOff.After(exits - 1) : null,
        };
        if (exits == StartBackOff.ReportedFailures)
            edit.AddEvent(ServiceEvents.FailingToStart);
    }

    /// <summary>A task of the service has become healthy.</summary>
    internal static void Reset(ServiceEdit edit, TaskRecord task)
    {
        if (Of(edit.Rollout, task.StartedBy!) is not { FailedTasks: > 0, HasFailed: false })
            return;
        if (CircuitBreaker.ResetsOnHealthyTask(edit.Service))
            Set(edit, task.StartedBy!, deployment => deployment with { FailedTasks = 0 });
        if (edit.Rollout.NextStartAt is not null && IsStarting(edit, task.StartedBy!))
            edit.Rollout = edit.Rollout with { NextStartAt = null };
    }

    /// <summary>
    /// Sets back the failures of the primary deployment when one of its tasks has come to count as healthy since the
    /// last of them.
    /// </summary>
    internal static void ResetOnceHealthy(ServiceEdit edit, IReadOnlyList<TaskRecord> tasks, HealthCount health)
    {
        var primary = edit.Rollout.Primary;
        if (primary.FailedTasks == 0 || primary.HasFailed)
            return;
        if (
            tasks.FirstOrDefault(task =>
                task.StartedBy == primary.Id && health.Includes(task) && health.From(task) >= primary.LastFailureAt
            ) is
            { } healthy
        )
            Reset(edit, healthy);
    }

    // A task was started by one of the service's deployments, or by one of its task sets.
    private static DeploymentRecord? Of(ServiceRolloutRecord rollout, string id) =>
        rollout
            .Deployments.Concat(rollout.TaskSets.Select(set => set.Deployment))
            .FirstOrDefault(deployment => deployment.Id == id);

    private static bool IsStarting(ServiceEdit edit, string id) =>
        edit.Service.IsExternal || edit.Rollout.Primary.Id == id;

    private static void Add(ServiceEdit edit, string id) =>
        Set(edit, id, deployment =>
            deployment with
            {
                FailedTasks = deployment.FailedTasks + 1,
                LastFailureAt = edit.Now,
            }
        );

    private static void Set(ServiceEdit edit, string id, Func<DeploymentRecord, DeploymentRecord> change)
    {
        edit.Change(id, change);
        edit.Change(id, (TaskSetRecord set) => set with { Deployment = change(set.Deployment) });
    }
}
