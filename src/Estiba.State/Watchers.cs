using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Estiba.State;

/// <summary>Those who hear of commits, in the order in which they subscribed.</summary>
internal sealed partial class Watchers(ILogger? logger)
{
    private ImmutableArray<Watch> watches = [];

    internal bool IsEmpty => watches.IsEmpty;

    internal IDisposable Add(Action<Commit> onCommit)
    {
        var watch = new Watch(this, onCommit);
        ImmutableInterlocked.Update(ref watches, static (all, added) => all.Add(added), watch);
        return watch;
    }

    internal void Tell(Commit commit)
    {
        foreach (var watch in watches)
        {
            try
            {
                watch.OnCommit(commit);
            }
            catch (Exception fault) when (logger is not null)
            {
                Log.WatcherThrew(logger, commit.Revision, fault);
            }
            catch
            {
                // One watcher's fault is neither the committer's nor the other watchers', and here is nobody to tell.
            }
        }
    }

    private sealed class Watch(Watchers watchers, Action<Commit> onCommit) : IDisposable
    {
        internal Action<Commit> OnCommit { get; } = onCommit;

        public void Dispose() => ImmutableInterlocked.Update(ref watchers.watches, static (all, removed) => all.Remove(removed), this);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A watcher of the store threw on the commit {Revision}")]
        internal static partial void WatcherThrew(ILogger logger, long revision, Exception fault);
    }
}
