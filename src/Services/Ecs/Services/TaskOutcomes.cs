using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>What becomes of tasks, where it concerns their services: they count failures and what is healthy.</summary>
internal static class TaskOutcomes
{
    /// <summary>A task has come to pass its health checks, which its service counts.</summary>
    internal static void BecameHealthy(Transaction transaction, TaskRecord task, EcsIds ids, DateTimeOffset now)
    {
        if (ServiceEdit.Of(transaction, task, ids, now) is not { } edit)
            return;
        DeploymentFailures.Reset(edit, task);
        edit.Save();
    }

    /// <summary>
    /// Writes a task that has ended; what it held is free, and its service counts it when it never ran.
    /// </summary>
    internal static void Stop(
        Transaction transaction,
        TaskRecord task,
        string code,
        string reason,
        EcsIds ids,
        DateTimeOffset now
    )
    {
        var asked = task.DesiredStatus == DesiredStatus.Stopped;
        transaction.Put(EcsTables.Tasks, TaskTransitions.End(task, code, reason, now));
        var endedItself = task.StartedAt is not null && code == TaskStopCode.EssentialContainerExited;
        if (
            asked
            || (task.StartedAt is not null && !endedItself)
            || ServiceEdit.Of(transaction, task, ids, now) is not { } edit
        )
            return;
        if (endedItself)
            DeploymentFailures.CountEnd(
                edit,
                task,
                isEarly: (task.ExecutionStoppedAt ?? now) - task.StartedAt < StartBackOff.EarlyExit
            );
        else
            DeploymentFailures.Count(edit, task);
        edit.Save();
    }
}
