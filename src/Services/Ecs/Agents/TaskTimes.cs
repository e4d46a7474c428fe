using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Agents;

/// <summary>Puts the times that an agent reports into a task, in the only order in which they can have been.</summary>
/// <remarks>
/// They are read from the host's clock, which may be wrong, and come when the server can be reached, which may be long
/// after the end: so each lies between the task's creation and now, and none before the one that it follows.
/// </remarks>
internal static class TaskTimes
{
    /// <summary>The task with the times of a report, which is also the first sign that an agent took it.</summary>
    /// <param name="task">The task as it was known.</param>
    /// <param name="report">What its agent says.</param>
    /// <param name="hasRun">Whether the task runs, or ran before its end.</param>
    /// <param name="now">The time.</param>
    internal static TaskRecord Apply(
        TaskRecord task,
        SubmitTaskStateChangeRequest report,
        bool hasRun,
        DateTimeOffset now
    )
    {
        var ended = Within(report.ExecutionStoppedAt ?? task.ExecutionStoppedAt, task.CreatedAt, now);
        var latest = ended ?? now;
        var pullStarted = Within(report.PullStartedAt ?? task.PullStartedAt, task.CreatedAt, latest);
        var pullStopped = Within(report.PullStoppedAt ?? task.PullStoppedAt, pullStarted ?? task.CreatedAt, latest);
        var started = Within(report.StartedAt, pullStopped ?? task.CreatedAt, latest);
        return task with
        {
            PullStartedAt = pullStarted,
            PullStoppedAt = pullStopped,
            StartedAt = hasRun ? started ?? Started(task.StartedAt, pullStopped, ended, now) : task.StartedAt,
            ExecutionStoppedAt = ended,
            ConnectivityAt = task.ConnectivityAt ?? now,
        };
    }

    // Amazon's agent does not say when a task began to run: as for ECS, that is when it reports that it runs. If it
    // does so after the end, the task began at some time between the last of its images and its end.
    private static DateTimeOffset Started(
        DateTimeOffset? known,
        DateTimeOffset? pulled,
        DateTimeOffset? ended,
        DateTimeOffset now
    )
    {
        if (ended is not { } end)
            return known ?? now;
        return known <= end ? known.Value : pulled ?? end;
    }

    private static DateTimeOffset? Within(DateTimeOffset? time, DateTimeOffset earliest, DateTimeOffset latest)
    {
        if (time is not { } at)
            return null;
        if (at < earliest || latest < earliest)
            return earliest;
        return at > latest ? latest : at;
    }
}
