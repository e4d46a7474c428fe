using Estiba.State;

namespace Estiba.Ecs.Tasks;

/// <summary>
/// How many tasks of a cluster have which status, by launch type; tasks of services that wait to be placed are not
/// among them.
/// </summary>
/// <remarks>
/// The store keeps them for each cluster that has tasks (<see cref="OfClusters"/>): they are exact in every view, and
/// nobody walks tasks for them.
/// </remarks>
internal sealed class TaskCounts
{
    /// <summary>A cluster without tasks.</summary>
    internal static readonly TaskCounts None = new([]);

    /// <summary>By the key of the cluster.</summary>
    internal static readonly Aggregate<TaskRecord, TaskCounts> OfClusters = new(
        "counts",
        task => task.IsHidden ? null : task.ClusterKey,
        None,
        Change
    );

    private readonly (string Status, string LaunchType, int Tasks)[] _counts;

    private TaskCounts((string, string, int)[] counts) => _counts = counts;

    /// <summary>The tasks with a status.</summary>
    /// <param name="status">For example <c>RUNNING</c>.</param>
    /// <param name="launchType">Of one launch type; null for all.</param>
    internal int Of(string status, string? launchType = null)
    {
        var sum = 0;
        foreach (var count in _counts)
            if (count.Status == status && (launchType is null || count.LaunchType == launchType))
                sum += count.Tasks;
        return sum;
    }

    private static TaskCounts Change(TaskCounts counts, TaskRecord? before, TaskRecord? after)
    {
        if (before?.LastStatus == after?.LastStatus && before?.LaunchType == after?.LaunchType)
            return counts;
        if (before is not null)
            counts = counts.Add(before, -1);
        return after is null ? counts : counts.Add(after, 1);
    }

    private TaskCounts Add(TaskRecord task, int tasks)
    {
        var place = Array.FindIndex(_counts, count =>
            count.Status == task.LastStatus && count.LaunchType == task.LaunchType
        );
        if (place < 0)
            return new TaskCounts([.. _counts, (task.LastStatus, task.LaunchType, tasks)]);
        var counts = ((string Status, string LaunchType, int Tasks)[])_counts.Clone();
        counts[place].Tasks += tasks;
        return new TaskCounts(counts);
    }
}
