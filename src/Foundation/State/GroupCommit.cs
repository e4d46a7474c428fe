using System.Diagnostics;
using Estiba.State.Following;
using Estiba.State.Journals;
using Microsoft.Extensions.Logging;

namespace Estiba.State;

/// <summary>
/// Makes the outcomes of transactions durable in groups, on a thread of its own, and then public. It knows the newest
/// state (the head) and the newest durable one, and goes back to the latter when the journal fails.
/// </summary>
internal sealed partial class GroupCommit
{
    /// <summary>A group is closed when it has so many changes, which bounds how long its callers wait.</summary>
    private const int GroupChanges = 8192;

    private readonly object _gate = new();
    private readonly IJournal _journal;
    private readonly Watchers _watchers;
    private readonly SemaphoreSlim _places;
    private readonly ILogger? _logger;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<PendingCommit> _waiting = new();
    private readonly List<PendingCommit> _group = [];
    private readonly HashSet<long> _rows = [];
    private Snapshot _head;
    private volatile Snapshot _durable;
    private JournalException? _failure;
    private NotLeaderException? _refusal;
    private long _epoch;
    private bool _isFollowing;
    private bool _stopping;

    /// <param name="journal">Where groups are written.</param>
    /// <param name="loaded">What it held when it was opened.</param>
    /// <param name="epoch">The epoch in which the store leads; null where it follows.</param>
    /// <param name="watchers">Who hears of durable commits.</param>
    /// <param name="places">Released once for each commit that is done.</param>
    /// <param name="logger">Hears of failed writes.</param>
    internal GroupCommit(
        IJournal journal,
        Snapshot loaded,
        long? epoch,
        Watchers watchers,
        SemaphoreSlim places,
        ILogger? logger
    )
    {
        (_epoch, _isFollowing) = (epoch ?? 0, epoch is null);
        if (_isFollowing)
            _refusal = NotLeaderException.Follows();
        _journal = journal;
        _watchers = watchers;
        _places = places;
        _logger = logger;
        _head = _durable = loaded;
        if (journal.IsImmediate)
            _stopped.SetResult();
        else
            new Thread(WriteGroups) { Name = "estiba-journal", IsBackground = true }.Start();
    }

    /// <summary>The newest state, which may not be durable yet.</summary>
    internal Snapshot Head
    {
        get
        {
            lock (_gate)
                return _head;
        }
    }

    /// <summary>The newest durable state.</summary>
    internal Snapshot Durable => _durable;

    /// <summary>Wakes those who wait for a newer durable state.</summary>
    internal Progress Progress { get; } = new();

    /// <summary>Whether commits are written.</summary>
    internal bool Leads
    {
        get
        {
            lock (_gate)
                return _refusal is null;
        }
    }

    /// <summary>Completes when the journal has refused a batch because somebody else leads.</summary>
    internal Task Refused => _refused.Task;

    /// <summary>Whether the store follows.</summary>
    internal bool Follows
    {
        get
        {
            lock (_gate)
                return _isFollowing;
        }
    }

    /// <summary>
    /// Makes public what a leader has written elsewhere and is durable here. Only while the store follows.
    /// </summary>
    internal void Adopt(Snapshot after, IReadOnlyList<Change> changes)
    {
        lock (_gate)
            _head = after;
        _durable = after;
        if (changes.Count > 0 && !_watchers.IsEmpty)
            _watchers.Tell(new Commit(after, changes));
        Progress.Made();
    }

    /// <summary>Writes commits from now on.</summary>
    internal void Lead(long epoch)
    {
        lock (_gate)
        {
            _failure = _refusal;
            (_epoch, _refusal, _isFollowing) = (epoch, null, false);
        }
    }

    /// <summary>
    /// Takes a transaction that ran on <paramref name="basis"/>. Called by one thread at a time, in the order of
    /// running.
    /// </summary>
    internal void Add(PendingCommit commit, Snapshot basis)
    {
        lock (_gate)
        {
            if (_head != basis && !_isFollowing)
            {
                // The journal failed while the body ran, and took back what the body saw.
                commit.Fail(_failure!);
                _places.Release();
                return;
            }

            if (_refusal is not null && (commit.After != basis || commit.IsProbe))
            {
                commit.Fail(_refusal);
                _places.Release();
                return;
            }

            if (!_isFollowing)
                _head = commit.After;
            if ((_isFollowing || _head == _durable) && !commit.IsProbe)
            {
                commit.Complete();
                _places.Release();
                return;
            }

            _waiting.Enqueue(commit);
            if (_waiting.Count == 1)
                Monitor.Pulse(_gate);
        }

        if (_journal.IsImmediate && TakeGroup(wait: false))
            WriteGroup();
    }

    /// <summary>Ends the thread when nothing waits any more.</summary>
    internal Task StopAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        return _stopped.Task;
    }

    private void WriteGroups()
    {
        while (TakeGroup(wait: true))
            WriteGroup();
        _stopped.SetResult();
    }

    private bool TakeGroup(bool wait)
    {
        lock (_gate)
        {
            while (wait && _waiting.Count == 0 && !_stopping)
                Monitor.Wait(_gate);

            _group.Clear();
            for (
                var changes = 0;
                changes < GroupChanges && _waiting.TryDequeue(out var commit);
                changes += commit.Changes.Count
            )
                _group.Add(commit);
            return _group.Count > 0;
        }
    }

    private void WriteGroup()
    {
        var after = _group[^1].After;
        var began = Stopwatch.GetTimestamp();
        try
        {
            if (after != _durable || _group.Exists(static commit => commit.IsProbe))
                _journal.Write(new JournalBatch(after.Revision, LastChanges(), _epoch));
        }
        catch (Exception fault)
        {
            GoBack(
                fault as JournalException ?? new JournalException($"The change was not kept: {fault.Message}", fault)
            );
            return;
        }

        StoreInstruments.CountWritten(began, _group.Count);
        Publish(after);
    }

    private void Publish(Snapshot after)
    {
        _durable = after;
        if (!_watchers.IsEmpty)
        {
            foreach (var commit in _group)
            {
                if (commit.Changes.Count > 0)
                    _watchers.Tell(new Commit(commit.After, commit.Changes));
            }
        }

        foreach (var commit in _group)
            commit.Complete();
        _places.Release(_group.Count);
        Progress.Made();
    }

    private void GoBack(JournalException reason)
    {
        lock (_gate)
        {
            _group.AddRange(_waiting);
            _waiting.Clear();
            _head = _durable;
            _failure = reason;
            _refusal ??= reason as NotLeaderException;
        }

        foreach (var commit in _group)
            commit.Fail(reason);
        _places.Release(_group.Count);
        StoreInstruments.CountFailed(_group.Count);
        if (reason is NotLeaderException)
            _refused.TrySetResult();
        TellFailed(_group.Count, reason);
    }

    private void TellFailed(int count, JournalException reason)
    {
        try
        {
            if (_logger is not null)
                Log.WriteFailed(_logger, count, reason);
        }
        catch
        {
            // A log that cannot be written, on the same full disk most likely, is no reason to end the journal's thread
            // and the process with it.
        }
    }

    /// <summary>The group's changes without those that a later one of the same row replaces.</summary>
    private List<Change> LastChanges()
    {
        var last = new List<Change>();
        _rows.Clear();
        for (var i = _group.Count - 1; i >= 0; i--)
        {
            var changes = _group[i].Changes;
            for (var j = changes.Count - 1; j >= 0; j--)
            {
                if (_rows.Add(changes[j].RowId))
                    last.Add(changes[j]);
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
