using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>Applies what an agent says of a task.</summary>
internal static class TaskReport
{
    private const string EssentialExited = "Essential container in task exited";
    private const string FailedToStart = "Task failed to start";

    /// <summary>How the reason of a container begins that was never started because of another one.</summary>
    private const string NeverStarted = "CannotStartContainerError: dependency graph:";

    /// <summary>
    /// Writes the task as reported; it never goes back to an earlier station of its life. A report that says nothing
    /// new changes nothing, and one that comes after the end only adds what was not known of the containers.
    /// </summary>
    internal static void Apply(
        Transaction transaction,
        TaskRecord task,
        SubmitTaskStateChangeRequest report,
        EcsIds ids,
        DateTimeOffset now
    )
    {
        var reported = ContainerReport.Apply(task, report.Containers ?? []);
        reported = ContainerReport.Apply(reported, report.ManagedAgents ?? [], now);
        if (!task.IsStopped)
        {
            reported = TaskTimes.Apply(reported, report, HasRun(reported, report), now);
        }

        switch (report.Status)
        {
            case TaskStatus.Running when TaskStatus.Order(task.LastStatus) < TaskStatus.Order(TaskStatus.Running):
                transaction.Put(EcsTables.Tasks, TaskTransitions.Run(reported, now));
                break;
            case TaskStatus.Stopped when !task.IsStopped:
                var ran = reported.StartedAt is not null;
                var code = ran ? TaskStopCode.EssentialContainerExited : TaskStopCode.TaskFailedToStart;
                TaskOutcomes.Stop(transaction, reported, code, Reason(report.Reason, ran), ids, now);
                break;
            default:
                if (reported != task)
                    transaction.Put(EcsTables.Tasks, reported with { Version = task.Version + 1 });
                break;
        }
    }

    private static bool HasRun(TaskRecord reported, SubmitTaskStateChangeRequest report) =>
        report.Status switch
        {
            TaskStatus.Running => true,
            TaskStatus.Stopped => reported.StartedAt is not null || RanUnseen(reported, report.Reason),
            _ => reported.StartedAt is not null,
        };

    // A container that exits at once may be gone before the agent could report that it ran. Others may have exit codes
    // because they were stopped when one could not start.
    private static bool RanUnseen(TaskRecord reported, string? reason) =>
        (string.IsNullOrEmpty(reason) || reason == EssentialExited)
        && reported.Containers.Any(container =>
            container is { LastStatus: TaskStatus.Running } or { ExitCode: not null }
        )
        && !reported.Containers.Any(CouldNotStart);

    private static bool CouldNotStart(Container container) =>
        container.LastStatus != TaskStatus.Running
        && !string.IsNullOrEmpty(container.Reason)
        && (container.ExitCode is null || container.Reason.StartsWith(NeverStarted, StringComparison.Ordinal));

    private static string Reason(string? given, bool ran)
    {
        if (!string.IsNullOrEmpty(given))
            return given;
        return ran ? EssentialExited : FailedToStart;
    }
}
