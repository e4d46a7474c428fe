using System.Collections.Concurrent;

namespace Estiba.State;

/// <summary>
/// Runs transactions one after another, without a thread of its own: whoever hands in the first one runs those that others hand in
/// meanwhile, and nobody blocks.
/// </summary>
internal sealed class Writer(GroupCommit groups, RowIds ids) : IThreadPoolWorkItem
{
    /// <summary>After so many transactions the thread pool takes over, so that no caller works for others without end.</summary>
    private const int InTurn = 64;

    private readonly ConcurrentQueue<PendingCommit> waiting = new();
    private int count;
    private int bodyThread;

    internal void ThrowIfInsideBody()
    {
        if (bodyThread == Environment.CurrentManagedThreadId)
            throw new InvalidOperationException("A transaction's body must not commit another transaction: commit after it.");
    }

    internal void Run(PendingCommit commit)
    {
        waiting.Enqueue(commit);
        if (Interlocked.Increment(ref count) == 1) RunWaiting();
    }

    void IThreadPoolWorkItem.Execute() => RunWaiting();

    private void RunWaiting()
    {
        for (var ran = 1; ; ran++)
        {
            waiting.TryDequeue(out var commit);
            bodyThread = Environment.CurrentManagedThreadId;
            var basis = groups.Head;
            commit!.Run(basis, ids);
            bodyThread = 0;
            groups.Add(commit, basis);

            if (Interlocked.Decrement(ref count) == 0) return;
            if (ran < InTurn) continue;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }
    }
}
