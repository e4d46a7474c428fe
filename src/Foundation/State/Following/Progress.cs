namespace Estiba.State.Following;

/// <summary>Wakes those who wait for more to be durable; costs nothing while nobody waits.</summary>
internal sealed class Progress
{
    private TaskCompletionSource? _next;

    /// <summary>Completes at the first <see cref="Made"/> after this call.</summary>
    internal Task Next()
    {
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref _next, own, null) ?? own).Task;
    }

    internal void Made()
    {
        if (Volatile.Read(ref _next) is not null)
            Interlocked.Exchange(ref _next, null)?.TrySetResult();
    }
}
