using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Estiba.State;

/// <summary>Those who hear of commits, in the order in which they subscribed.</summary>
internal sealed partial class Watchers(ILogger? logger)
{
    private ImmutableArray<Watch> _watches = [];

    internal bool IsEmpty => _watches.IsEmpty;

    internal IDisposable Add(Action<Commit> onCommit)
    {
        var watch = new Watch(this, onCommit);
        ImmutableInterlocked.Update(ref _watches, static (all, added) => all.Add(added), watch);
        return watch;
    }

    /// <summary>Adds one that hears of commits on another thread than the journal's.</summary>
    internal IDisposable AddQueued(Action<Commit> onCommit)
    {
        var queue = new CommitQueue(onCommit, logger);
        var watch = new Watch(this, queue.Add, queue.End);
        ImmutableInterlocked.Update(ref _watches, static (all, added) => all.Add(added), watch);
        return watch;
    }

    internal void Tell(Commit commit)
    {
        foreach (var watch in _watches)
            Tell(watch.OnCommit, commit, logger);
    }

    internal static void Tell(Action<Commit> watcher, Commit commit, ILogger? logger)
    {
        try
        {
            watcher(commit);
        }
        catch (Exception fault)
        {
            Tell(commit, fault, logger);
        }
    }

    /// <summary>One watcher's fault is neither the committer's nor the other watchers'; nor is the log's.</summary>
    private static void Tell(Commit commit, Exception fault, ILogger? logger)
    {
        try
        {
            if (logger is not null)
                Log.WatcherThrew(logger, commit.Revision, fault);
        }
        catch
        {
            // Here is nobody to tell.
        }
    }

    private sealed class Watch(Watchers watchers, Action<Commit> onCommit, Action? onEnd = null) : IDisposable
    {
        internal Action<Commit> OnCommit { get; } = onCommit;

        public void Dispose()
        {
            ImmutableInterlocked.Update(ref watchers._watches, static (all, removed) => all.Remove(removed), this);
            onEnd?.Invoke();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A watcher of the store threw on the commit {Revision}")]
        internal static partial void WatcherThrew(ILogger logger, long revision, Exception fault);
    }
}
