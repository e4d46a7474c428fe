using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>Applies what an agent says of a task.</summary>
internal static class TaskReport
{
    private const string EssentialExited = "Essential container in task exited";
    private const string FailedToStart = "Task failed to start";

    /// <summary>Writes the task as reported; it never goes back to an earlier station of its life.</summary>
    internal static void Apply(Transaction transaction, TaskRecord task, SubmitTaskStateChangeRequest report, EcsIds ids, DateTimeOffset now)
    {
        var updated = WithContainers(task, report.Containers ?? []) with
        {
            PullStartedAt = report.PullStartedAt ?? task.PullStartedAt,
            PullStoppedAt = report.PullStoppedAt ?? task.PullStoppedAt,
            ExecutionStoppedAt = report.ExecutionStoppedAt ?? task.ExecutionStoppedAt,
            ConnectivityAt = task.ConnectivityAt ?? now,
        };

        switch (report.Status)
        {
            case TaskStatus.Running:
                TaskTransitions.Run(transaction, updated, ids, now);
                break;
            case TaskStatus.Stopped:
                var ran = task.StartedAt is not null || ExitedAtOnce(updated, report.Reason);
                TaskTransitions.Stop(transaction, updated, ran ? TaskStopCode.EssentialContainerExited : TaskStopCode.TaskFailedToStart, Reason(report.Reason, ran), ids, now);
                break;
            default:
                transaction.Put(EcsTables.Tasks, updated with { Version = task.Version + 1 });
                break;
        }
    }

    /// <summary>The task with the containers as reported.</summary>
    internal static TaskRecord WithContainers(TaskRecord task, IReadOnlyList<ContainerStateChange> changes) => task with
    {
        Containers = [.. task.Containers.Select(container => changes.FirstOrDefault(change => change.ContainerName == container.Name) is { } change ? Apply(container, change) : container)],
    };

    // A container that exits at once may be gone before the agent could report that it ran. Others may have exit codes because they were stopped when one could not start.
    private static bool ExitedAtOnce(TaskRecord task, string? reason) =>
        (string.IsNullOrEmpty(reason) || reason == EssentialExited)
        && task.Containers.Any(container => container.ExitCode is not null)
        && !task.Containers.Any(container => container.ExitCode is null && !string.IsNullOrEmpty(container.Reason));

    private static string Reason(string? reported, bool ran) => string.IsNullOrEmpty(reported) ? ran ? EssentialExited : FailedToStart : reported;

    private static Container Apply(Container container, ContainerStateChange change) => IsLate(container, change) ? container : container with
    {
        RuntimeId = change.RuntimeId ?? container.RuntimeId,
        ImageDigest = change.ImageDigest ?? container.ImageDigest,
        LastStatus = change.Status ?? container.LastStatus,
        ExitCode = change.ExitCode ?? container.ExitCode,
        Reason = string.IsNullOrEmpty(change.Reason) ? container.Reason : change.Reason,
        NetworkBindings = change.NetworkBindings ?? container.NetworkBindings,
    };

    // A report may be overtaken by a later one; a container never goes back to an earlier station of its life.
    private static bool IsLate(Container container, ContainerStateChange change) =>
        change.Status is { } reported && container.LastStatus is { } known && TaskStatus.Order(reported) < TaskStatus.Order(known);
}
