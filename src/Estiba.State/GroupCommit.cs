using Microsoft.Extensions.Logging;

namespace Estiba.State;

/// <summary>
/// Makes the outcomes of transactions durable in groups, on a thread of its own, and then public. It knows the newest state (the head)
/// and the newest durable one, and goes back to the latter when the journal fails.
/// </summary>
internal sealed partial class GroupCommit
{
    /// <summary>A group is closed when it has so many changes, which bounds how long its callers wait.</summary>
    private const int GroupChanges = 8192;

    private readonly object gate = new();
    private readonly IJournal journal;
    private readonly Watchers watchers;
    private readonly SemaphoreSlim places;
    private readonly ILogger? logger;
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<PendingCommit> waiting = new();
    private readonly List<PendingCommit> group = [];
    private readonly HashSet<long> rows = [];
    private Snapshot head;
    private volatile Snapshot durable;
    private JournalException? failure;
    private bool stopping;

    /// <param name="journal">Where groups are written.</param>
    /// <param name="loaded">What it held when it was opened.</param>
    /// <param name="watchers">Who hears of durable commits.</param>
    /// <param name="places">Released once for each commit that is done.</param>
    /// <param name="logger">Hears of failed writes.</param>
    internal GroupCommit(IJournal journal, Snapshot loaded, Watchers watchers, SemaphoreSlim places, ILogger? logger)
    {
        this.journal = journal;
        this.watchers = watchers;
        this.places = places;
        this.logger = logger;
        head = durable = loaded;
        if (journal.IsImmediate) stopped.SetResult();
        else new Thread(WriteGroups) { Name = "estiba-journal", IsBackground = true }.Start();
    }

    /// <summary>The newest state, which may not be durable yet.</summary>
    internal Snapshot Head
    {
        get
        {
            lock (gate) return head;
        }
    }

    /// <summary>The newest durable state.</summary>
    internal Snapshot Durable => durable;

    /// <summary>Takes a transaction that ran on <paramref name="basis"/>. Called by one thread at a time, in the order of running.</summary>
    internal void Add(PendingCommit commit, Snapshot basis)
    {
        lock (gate)
        {
            if (head != basis)
            {
                // The journal failed while the body ran, and took back what the body saw.
                commit.Fail(failure!);
                places.Release();
                return;
            }

            head = commit.After;
            if (head == durable)
            {
                commit.Complete();
                places.Release();
                return;
            }

            waiting.Enqueue(commit);
            if (waiting.Count == 1) Monitor.Pulse(gate);
        }

        if (journal.IsImmediate && TakeGroup(wait: false)) WriteGroup();
    }

    /// <summary>Ends the thread when nothing waits any more.</summary>
    internal Task StopAsync()
    {
        lock (gate)
        {
            stopping = true;
            Monitor.Pulse(gate);
        }

        return stopped.Task;
    }

    private void WriteGroups()
    {
        while (TakeGroup(wait: true)) WriteGroup();
        stopped.SetResult();
    }

    private bool TakeGroup(bool wait)
    {
        lock (gate)
        {
            while (wait && waiting.Count == 0 && !stopping) Monitor.Wait(gate);

            group.Clear();
            for (var changes = 0; changes < GroupChanges && waiting.TryDequeue(out var commit); changes += commit.Changes.Count) group.Add(commit);
            return group.Count > 0;
        }
    }

    private void WriteGroup()
    {
        var after = group[^1].After;
        try
        {
            if (after != durable) journal.Write(new JournalBatch(after.Revision, LastChanges()));
        }
        catch (Exception fault)
        {
            GoBack(fault as JournalException ?? new JournalException($"The change was not kept: {fault.Message}", fault));
            return;
        }

        Publish(after);
    }

    private void Publish(Snapshot after)
    {
        durable = after;
        if (!watchers.IsEmpty)
        {
            foreach (var commit in group)
            {
                if (commit.Changes.Count > 0) watchers.Tell(new Commit(commit.After, commit.Changes));
            }
        }

        foreach (var commit in group) commit.Complete();
        places.Release(group.Count);
    }

    private void GoBack(JournalException reason)
    {
        lock (gate)
        {
            group.AddRange(waiting);
            waiting.Clear();
            head = durable;
            failure = reason;
        }

        if (logger is not null) Log.WriteFailed(logger, group.Count, reason);
        foreach (var commit in group) commit.Fail(reason);
        places.Release(group.Count);
    }

    /// <summary>The group's changes without those that a later one of the same row replaces.</summary>
    private List<Change> LastChanges()
    {
        var last = new List<Change>();
        rows.Clear();
        for (var i = group.Count - 1; i >= 0; i--)
        {
            var changes = group[i].Changes;
            for (var j = changes.Count - 1; j >= 0; j--)
            {
                if (rows.Add(changes[j].RowId)) last.Add(changes[j]);
            }
        }

        last.Reverse();
        return last;
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Error, "{Count} commits were not kept")]
        internal static partial void WriteFailed(ILogger logger, int count, Exception fault);
    }
}
