namespace Estiba.Agent.Logs;

/// <summary>Waiting for a line without letting go of it.</summary>
internal static class Waiting
{
    /// <summary>Whether the task ends within this time; it goes on if not.</summary>
    public static async Task<bool> EndsWithinAsync(this Task task, TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        if (limit <= TimeSpan.Zero) return false;
        if (task.IsCompleted) return true;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(task, Task.Delay(limit, time, waiting.Token));
        await waiting.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        return task.IsCompleted;
    }

    /// <summary>Completes when the task has ended, however it did.</summary>
    public static async Task EndedAsync(this Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
