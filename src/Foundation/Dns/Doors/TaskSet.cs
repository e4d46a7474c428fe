using System.Collections.Concurrent;

namespace Estiba.Dns.Doors;

/// <summary>Tasks that are under way, for whoever has to wait for their end.</summary>
internal sealed class TaskSet
{
    private readonly ConcurrentDictionary<Task, bool> _tasks = new();

    /// <summary>Adds one, until it has ended.</summary>
    internal void Add(Task task)
    {
        _tasks[task] = true;
        _ = task.ContinueWith(
            ended => _tasks.TryRemove(ended, out _),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    /// <summary>Completes when all have ended; no more may be added.</summary>
    internal Task WhenAllAsync() => Task.WhenAll(_tasks.Keys);
}
