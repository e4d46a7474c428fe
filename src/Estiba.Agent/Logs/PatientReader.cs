namespace Estiba.Agent.Logs;

/// <summary>Reads a sequence, and can say that nothing comes for a while, without losing what comes then.</summary>
internal sealed class PatientReader<T> : IAsyncDisposable
{
    private readonly TimeProvider time;
    private readonly CancellationTokenSource reading;
    private readonly IAsyncEnumerator<T> items;
    private Task<bool>? next;

    public PatientReader(IAsyncEnumerable<T> items, TimeProvider time, CancellationToken cancellation)
    {
        this.time = time;
        reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        this.items = items.GetAsyncEnumerator(reading.Token);
    }

    /// <summary>The item that <see cref="MoveNextAsync"/> has moved to.</summary>
    public T Current => items.Current;

    /// <summary>Moves to the next item; false at the end.</summary>
    public async ValueTask<bool> MoveNextAsync()
    {
        var moved = await Next();
        next = null;
        return moved;
    }

    /// <summary>Whether the next item, or the end, comes within this time.</summary>
    public async ValueTask<bool> IsNextWithinAsync(TimeSpan limit)
    {
        if (limit <= TimeSpan.Zero) return false;
        if (IsNextThere) return true;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(reading.Token);
        await Task.WhenAny(Next(), Task.Delay(limit, time, waiting.Token));
        await waiting.CancelAsync();
        reading.Token.ThrowIfCancellationRequested();
        return IsNextThere;
    }

    /// <summary>Whether the next item, or the end, is there already.</summary>
    public bool IsNextThere => Next().IsCompleted;

    public async ValueTask DisposeAsync()
    {
        await reading.CancelAsync();
        if (next is { } last) await ((Task)last).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await items.DisposeAsync();
        reading.Dispose();
    }

    private Task<bool> Next() => next ??= items.MoveNextAsync().AsTask();
}
