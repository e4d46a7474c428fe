namespace Estiba.Agent.Logs;

/// <summary>Reads a sequence, and can say that nothing comes for a while, without losing what comes then.</summary>
internal sealed class PatientReader<T> : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _reading;
    private readonly IAsyncEnumerator<T> _items;
    private Task<bool>? _next;

    public PatientReader(IAsyncEnumerable<T> items, TimeProvider time, CancellationToken cancellation)
    {
        _time = time;
        _reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _items = items.GetAsyncEnumerator(_reading.Token);
    }

    /// <summary>The item that <see cref="MoveNextAsync"/> has moved to.</summary>
    public T Current => _items.Current;

    /// <summary>Moves to the next item; false at the end.</summary>
    public async ValueTask<bool> MoveNextAsync()
    {
        var moved = await Next();
        _next = null;
        return moved;
    }

    /// <summary>Whether the next item, or the end, comes within this time.</summary>
    public async ValueTask<bool> IsNextWithinAsync(TimeSpan limit)
    {
        if (limit <= TimeSpan.Zero)
            return false;
        if (IsNextThere)
            return true;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_reading.Token);
        await Task.WhenAny(Next(), Task.Delay(limit, _time, waiting.Token));
        await waiting.CancelAsync();
        _reading.Token.ThrowIfCancellationRequested();
        return IsNextThere;
    }

    /// <summary>Whether the next item, or the end, is there already.</summary>
    public bool IsNextThere => Next().IsCompleted;

    public async ValueTask DisposeAsync()
    {
        await _reading.CancelAsync();
        if (_next is { } last)
            await ((Task)last).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _items.DisposeAsync();
        _reading.Dispose();
    }

    private Task<bool> Next() => _next ??= _items.MoveNextAsync().AsTask();
}
