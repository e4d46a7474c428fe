using System.Collections.Concurrent;

namespace Estiba.State;

/// <summary>
/// Runs transactions one after another, without a thread of its own: whoever hands in the first one runs those that
/// others hand in meanwhile, and nobody blocks.
/// </summary>
internal sealed class Writer(GroupCommit groups, RowIds ids) : IThreadPoolWorkItem
{
    /// <summary>
    /// After so many transactions the thread pool takes over, so that no caller works for others without end.
    /// </summary>
    private const int InTurn = 64;

    private readonly ConcurrentQueue<PendingCommit> _waiting = new();
    private int _count;
    private int _bodyThread;

    /// <summary>Whether the thread runs the body of a transaction.</summary>
    internal bool IsInsideBody => _bodyThread == Environment.CurrentManagedThreadId;

    internal void ThrowIfInsideBody()
    {
        if (IsInsideBody)
            throw new InvalidOperationException(
                "A transaction's body must not commit another transaction: commit after it."
            );
    }

    internal void Run(PendingCommit commit)
    {
        _waiting.Enqueue(commit);
        if (Interlocked.Increment(ref _count) == 1)
            RunWaiting();
    }

    void IThreadPoolWorkItem.Execute() => RunWaiting();

    private void RunWaiting()
    {
        for (var ran = 1; ; ran++)
        {
            _waiting.TryDequeue(out var commit);
            _bodyThread = Environment.CurrentManagedThreadId;
            var basis = groups.Head;
            commit!.Run(basis, ids);
            _bodyThread = 0;
            groups.Add(commit, basis);

            if (Interlocked.Decrement(ref _count) == 0)
                return;
            if (ran < InTurn)
                continue;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }
    }
}
