using Microsoft.Extensions.Logging;

namespace Estiba.State;

/// <summary>
/// Commits on their way to a watcher that hears of them on a thread of its own, one after another and in order, so that
/// the journal goes on meanwhile.
/// </summary>
/// <remarks>
/// Nothing is left out: when a watcher is far behind, the journal waits for it. It has no thread while nothing waits.
/// </remarks>
/// <param name="onCommit">The watcher.</param>
/// <param name="logger">Hears of what it throws.</param>
internal sealed class CommitQueue(Action<Commit> onCommit, ILogger? logger) : IThreadPoolWorkItem
{
    /// <summary>So many changes may wait; a commit that has more waits alone.</summary>
    internal const int WaitingChanges = 65_536;

    private readonly object _gate = new();
    private readonly Queue<Commit> _waiting = new();
    private int _changes;
    private bool _working;
    private bool _ended;

    /// <summary>Puts a commit in the queue; waits while it is full.</summary>
    internal void Add(Commit commit)
    {
        lock (_gate)
        {
            while (_changes > 0 && _changes + commit.Changes.Count > WaitingChanges && !_ended)
                Monitor.Wait(_gate);
            if (_ended)
                return;
            _waiting.Enqueue(commit);
            _changes += commit.Changes.Count;
            if (_working)
                return;
            _working = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Tells the watcher of nothing more.</summary>
    internal void End()
    {
        lock (_gate)
        {
            _ended = true;
            _waiting.Clear();
            _changes = 0;
            Monitor.PulseAll(_gate);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (TryTake(out var commit))
        {
            Watchers.Tell(onCommit, commit, logger);
            lock (_gate)
            {
                _changes = Math.Max(0, _changes - commit.Changes.Count);
                Monitor.PulseAll(_gate);
            }
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Commit? commit)
    {
        lock (_gate)
            return _working = _waiting.TryDequeue(out commit);
    }
}
