namespace Estiba.State;

/// <summary>
/// One call of <see cref="Store.CommitAsync{T}"/> on its way: waiting to run, then waiting to be durable.
/// </summary>
internal abstract class PendingCommit
{
    /// <summary>
    /// The newest state that the outcome rests on: it must be durable before the caller may know the outcome.
    /// </summary>
    internal Snapshot After { get; private set; } = null!;

    /// <summary>What the transaction changed; empty when it only read or threw.</summary>
    internal IReadOnlyList<Change> Changes { get; private set; } = [];

    /// <summary>Whether the journal is written to even where nothing changes.</summary>
    internal virtual bool IsProbe => false;

    /// <summary>Runs the body on a state, once, and keeps its outcome.</summary>
    internal void Run(Snapshot basis, RowIds ids)
    {
        var transaction = new Transaction(basis, ids);
        var isDone = RunBody(transaction);
        var (after, changes) = transaction.End();
        (After, Changes) = isDone ? (after, changes) : (basis, []);
    }

    /// <summary>Gives the caller the outcome.</summary>
    internal abstract void Complete();

    /// <summary>Tells the caller that nothing was kept.</summary>
    internal abstract void Fail(Exception reason);

    /// <returns>Whether the body came to its end.</returns>
    private protected abstract bool RunBody(Transaction transaction);
}

/// <inheritdoc cref="PendingCommit"/>
internal sealed class PendingCommit<T>(Func<Transaction, T> body, CancellationToken cancellation, bool isProbe = false)
    : PendingCommit
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;
    private Exception? _fault;

    internal Task<T> Task => _completion.Task;

    internal override bool IsProbe => isProbe;

    internal override void Complete()
    {
        if (_fault is null)
            _completion.TrySetResult(_result);
        else if (_fault is OperationCanceledException canceled && canceled.CancellationToken == cancellation)
            _completion.TrySetCanceled(cancellation);
        else
            _completion.TrySetException(_fault);
    }

    internal override void Fail(Exception reason) => _completion.TrySetException(reason);

    private protected override bool RunBody(Transaction transaction)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            _result = body(transaction);
            return true;
        }
        catch (Exception thrown)
        {
            _fault = thrown;
            return false;
        }
    }
}
