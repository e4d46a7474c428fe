namespace Estiba.Console.Pages.Services;

/// <summary>A task on a line of time, in percent of the time that is shown.</summary>
/// <param name="Task">The task's id.</param>
/// <param name="Revision">Its task definition.</param>
/// <param name="Began">When it was made.</param>
/// <param name="Ended">When it stopped; null while it has not.</param>
/// <param name="Left">Where it begins.</param>
/// <param name="Width">How long it is.</param>
internal sealed record TaskLane(
    string Task,
    string Revision,
    DateTimeOffset Began,
    DateTimeOffset? Ended,
    double Left,
    double Width
)
{
    private const int MostLanes = 40;

    /// <summary>Whether it has stopped.</summary>
    internal bool IsStopped => Ended is not null;

    /// <summary>The tasks that were made last, the earliest first, and the time that they take in.</summary>
    internal static (IReadOnlyList<TaskLane> Lanes, DateTimeOffset From, DateTimeOffset To) Of(
        IReadOnlyList<Ecs.EcsTask> tasks,
        DateTimeOffset now
    )
    {
        var shown = tasks
            .Where(task => task.CreatedAt is not null)
            .OrderByDescending(task => task.CreatedAt)
            .Take(MostLanes)
            .Reverse()
            .ToList();
        if (shown.Count == 0)
            return ([], now, now);
        var from = shown.Min(task => task.CreatedAt!.Value);
        var span = Math.Max((now - from).TotalSeconds, 1);
        return ([.. shown.Select(task => Lane(task, from, span, now))], from, now);
    }

    private static TaskLane Lane(Ecs.EcsTask task, DateTimeOffset from, double span, DateTimeOffset now)
    {
        var began = task.CreatedAt!.Value;
        var left = (began - from).TotalSeconds / span * 100;
        var width = Math.Max(((task.StoppedAt ?? now) - began).TotalSeconds, 0) / span * 100;
        return new TaskLane(
            Addresses.NameOf(task.TaskArn),
            Addresses.NameOf(task.TaskDefinitionArn),
            began,
            task.StoppedAt,
            Math.Clamp(left, 0, 100),
            Math.Clamp(width, 0, 100 - Math.Clamp(left, 0, 100))
        );
    }
}
