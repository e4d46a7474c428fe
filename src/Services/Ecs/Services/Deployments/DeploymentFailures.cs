using Estiba.Ecs.Services.TaskSets;
using Estiba.Ecs.Services.TrafficShifts;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>
/// Counts the tasks of a deployment, or of a task set, that fail one after another; the service waits longer after each
/// before it starts another of its tasks, and its circuit breaker may trip.
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
        Set(edit, task.StartedBy!, deployment =>
            Failed(deployment, edit.Now) with
            {
                NextStartAt = edit.Now + StartBackOff.After(deployment.FailedTasks + 1),
            }
        );
        if (
            edit.Rollout.Find(task.StartedBy)?.FailedTasks == StartBackOff.ReportedFailures
            && IsStarting(edit, task.StartedBy!)
        )
            edit.AddEvent(ServiceEvents.FailingToStart);
    }

    /// <summary>
    /// A task of the service ran, and ended by itself. After early exits the service waits longer before it starts
    /// another of the same deployment, after each but the first.
    /// </summary>
    internal static void CountEnd(ServiceEdit edit, TaskRecord task, bool isEarly)
    {
        edit.Rollout = edit.Rollout with { IsSteady = false };
        if (edit.Rollout.Find(task.StartedBy) is not { } before)
            return;
        if (before.IsInProgress)
            Set(edit, before.Id, deployment => Failed(deployment, edit.Now));
        if (!isEarly || !IsStarting(edit, before.Id) || StartBackOff.Until(before, edit.Now) is not null)
            return;
        var exits = edit.Now - before.LastEarlyExitAt > StartBackOff.Expiry ? 1 : before.EarlyExits + 1;
        Set(edit, before.Id, deployment =>
            deployment with
            {
                EarlyExits = exits,
                LastEarlyExitAt = edit.Now,
                NextStartAt = exits > 1 ? edit.Now + StartBackOff.After(exits - 1) : null,
            }
        );
        if (exits == StartBackOff.ReportedFailures)
            edit.AddEvent(ServiceEvents.FailingToStart);
    }

    /// <summary>A task of the service has become healthy.</summary>
    internal static void Reset(ServiceEdit edit, TaskRecord task)
    {
        var resets = CircuitBreaker.ResetsOnHealthyTask(edit.Service);
        if (
            edit.Rollout.Find(task.StartedBy) is { FailedTasks: > 0, HasFailed: false } failing
            && (resets || failing.NextStartAt is not null)
        )
            Set(edit, failing.Id, deployment =>
                deployment with
                {
                    FailedTasks = resets ? 0 : deployment.FailedTasks,
                    NextStartAt = null,
                }
            );
    }

    /// <summary>
    /// Sets back the failures of each deployment of which a task has come to count as healthy since the last of
    /// them.
    /// </summary>
    internal static void ResetOnceHealthy(ServiceEdit edit, IReadOnlyList<TaskRecord> tasks, HealthCount health)
    {
        foreach (
            var failing in edit
                .Rollout.RolledOut.Where(deployment => deployment is { FailedTasks: > 0, HasFailed: false })
                .ToList()
        )
        {
            if (
                tasks.FirstOrDefault(task =>
                    task.StartedBy == failing.Id && health.Includes(task) && health.From(task) >= failing.LastFailureAt
                ) is
                { } healthy
            )
                Reset(edit, healthy);
        }
    }

    // Of the others no task is started any more, so nobody is to hear of a delay.
    private static bool IsStarting(ServiceEdit edit, string id) =>
        edit.Service.IsExternal || edit.Rollout.Primary.Id == id || TrafficShift.Serving(edit.Rollout)?.Id == id;

    private static DeploymentRecord Failed(DeploymentRecord deployment, DateTimeOffset now) =>
        deployment with
        {
            FailedTasks = deployment.FailedTasks + 1,
            LastFailureAt = now,
        };

    private static void Set(ServiceEdit edit, string id, Func<DeploymentRecord, DeploymentRecord> change)
    {
        edit.Change(id, change);
        edit.Change(id, (TaskSetRecord set) => set with { Deployment = change(set.Deployment) });
    }
}
