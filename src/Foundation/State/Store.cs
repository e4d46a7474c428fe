using System.Runtime.CompilerServices;
using Estiba.State.Following;
using Estiba.State.Journals;
using Microsoft.Extensions.Logging;

namespace Estiba.State;

/// <summary>
/// The platform's state: typed tables in memory, changed by transactions that are durable before they are acknowledged.
/// It lives as long as the process. One process leads; others may follow it.
/// </summary>
/// <remarks>
/// Transactions run one after another. A journal writes them in groups; when a group is durable, <see cref="Current"/>
/// shows it, then watchers hear of its commits in order, then the callers' tasks complete. While one group is written,
/// the transactions of the next run.
/// <para>
/// A store leads or follows. One that leads runs transactions; one that follows refuses those that change anything and
/// takes the leader's batches instead, until it is promoted. Everything else is the same for both.
/// </para>
/// </remarks>
public sealed class Store : IAsyncDisposable
{
    /// <summary>
    /// The most commits that may wait, to run or to become durable; one more waits until another is done.
    /// </summary>
    public const int WaitingCommits = 4096;

    private readonly IJournal _journal;
    private readonly SemaphoreSlim _places = new(WaitingCommits, WaitingCommits);
    private readonly Watchers _watchers;
    private readonly GroupCommit _groups;
    private readonly Writer _writer;
    private readonly RowIds _ids;
    private readonly SemaphoreSlim _following = new(1, 1);
    private readonly HashSet<string> _saidUnread = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger? _logger;
    private long _epoch;
    private int _closings;
    private volatile bool _closed;
    private volatile bool _ended;

    private Store(IJournal journal, Snapshot loaded, RowIds ids, long? leadsIn, ILogger? logger)
    {
        _journal = journal;
        _logger = logger;
        _ids = ids;
        _epoch = leadsIn ?? journal.Epoch;
        _watchers = new Watchers(logger);
        _groups = new GroupCommit(journal, loaded, leadsIn, _watchers, _places, logger);
        _writer = new Writer(_groups, ids);
    }

    /// <summary>
    /// The latest durable state. Reading it never waits, and it may be kept for as long as it is wanted.
    /// </summary>
    public View Current => _groups.Durable;

    /// <summary>
    /// Whether the calling thread is inside of a transaction's body, which must have no effects of its own.
    /// </summary>
    public bool IsInsideTransaction => _writer.IsInsideBody;

    /// <summary>
    /// Whether transactions may change anything: not in a store that follows, nor in one that was refused because
    /// somebody else leads.
    /// </summary>
    public bool Leads => _groups.Leads;

    /// <summary>
    /// Completes when this store was refused because somebody else leads. It never leads again: whoever works on the
    /// strength of that it does must end.
    /// </summary>
    public Task Refused => _groups.Refused;

    /// <summary>How far a store that follows has come: from where it goes on to follow.</summary>
    public JournalPosition Position => new(Current.Revision, Interlocked.Read(ref _epoch));

    /// <summary>Opens the journal, reads it, and leads.</summary>
    /// <param name="journal">Where the state is kept; the store disposes it.</param>
    /// <param name="tables">Every table that will be used. Rows of other tables stay in the journal untouched.</param>
    /// <param name="logger">Hears of rows that are kept and not known, of failed writes, and of watchers that
    /// throw.</param>
    /// <param name="cancellation">Gives up opening.</param>
    /// <exception cref="JournalException">The journal cannot be opened or read, or another process has it
    /// open.</exception>
    public static Task<Store> OpenAsync(
        IJournal journal,
        IReadOnlyList<Table> tables,
        ILogger? logger = null,
        CancellationToken cancellation = default
    ) => OpenAsync(journal, tables, leads: true, logger, cancellation);

    /// <summary>Opens the journal and reads it, to follow from there: <see cref="ApplyAsync"/>.</summary>
    /// <param name="journal">Where this store keeps the state; the store disposes it.</param>
    /// <param name="tables">As for a store that leads.</param>
    /// <param name="logger">As for a store that leads.</param>
    /// <param name="cancellation">Gives up opening.</param>
    /// <exception cref="JournalException">As for a store that leads.</exception>
    public static Task<Store> OpenFollowerAsync(
        IJournal journal,
        IReadOnlyList<Table> tables,
        ILogger? logger = null,
        CancellationToken cancellation = default
    ) => OpenAsync(journal, tables, leads: false, logger, cancellation);

    private static async Task<Store> OpenAsync(
        IJournal journal,
        IReadOnlyList<Table> tables,
        bool leads,
        ILogger? logger,
        CancellationToken cancellation
    )
    {
        try
        {
            return journal.IsImmediate ? Load() : await Task.Run(Load, cancellation);
        }
        catch
        {
            journal.Dispose();
            throw;
        }

        Store Load()
        {
            var (snapshot, ids) = Loader.Load(journal, new Catalog(tables), logger, cancellation);
            return new Store(journal, snapshot, ids, leads ? journal.Lead() : null, logger);
        }
    }

    /// <summary>
    /// Runs a transaction against everything committed before it, and completes when its changes are durable and
    /// visible.
    /// </summary>
    /// <param name="body">Reads and changes; synchronous, short, and without effects of its own. It runs at most once.
    /// When it throws, nothing is changed and the caller gets the exception.</param>
    /// <param name="cancellation">Gives up as long as the body has not begun.</param>
    /// <returns>What the body returned.</returns>
    /// <exception cref="NotLeaderException">The body changes something, and this store does not lead, or no longer
    /// does.</exception>
    /// <exception cref="JournalException">The changes, or others that the body saw, could not be made durable; nothing
    /// of them was kept.</exception>
    /// <exception cref="InvalidOperationException">Called from inside a body.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public Task<T> CommitAsync<T>(Func<Transaction, T> body, CancellationToken cancellation = default)
    {
        _writer.ThrowIfInsideBody();
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellation);

        var commit = new PendingCommit<T>(body, cancellation);
        if (!TryTakePlace())
            return WaitAndRunAsync(commit, cancellation);

        Run(commit);
        return commit.Task;
    }

    /// <inheritdoc cref="CommitAsync{T}"/>
    public Task CommitAsync(Action<Transaction> body, CancellationToken cancellation = default) =>
        CommitAsync(
            transaction =>
            {
                body(transaction);
                return true;
            },
            cancellation
        );

    /// <summary>
    /// Writes to the journal without changing anything, and completes when that is durable: commits would be kept now.
    /// </summary>
    /// <exception cref="JournalException">They would not.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public async Task ProbeAsync(CancellationToken cancellation = default)
    {
        await _places.WaitAsync(cancellation);
        var probe = new PendingCommit<bool>(static _ => true, cancellation, isProbe: true);
        Run(probe);
        await probe.Task;
    }

    /// <summary>
    /// Watches commits from now on, in order, each after it is durable and <see cref="Current"/> shows it.
    /// </summary>
    /// <param name="onCommit">Called while all other commits wait: it must be quick, must not wait for a commit, and
    /// should not throw.</param>
    /// <returns>Ends the watch; a call that has begun may still be running.</returns>
    /// <remarks>To miss nothing, subscribe first and read <see cref="Current"/> then.</remarks>
    public IDisposable Subscribe(Action<Commit> onCommit) => _watchers.Add(onCommit);

    /// <summary>
    /// Watches commits like <see cref="Subscribe"/>, without keeping the journal from the next: they wait in a bounded
    /// queue for a thread of the pool. Nothing is left out; when the queue is full, the journal waits.
    /// </summary>
    /// <param name="onCommit">Must not wait for a commit, and should not throw. With a journal that writes at once, as
    /// in a test, it is called before the commit completes.</param>
    /// <returns>Ends the watch; a call that has begun may still be running.</returns>
    public IDisposable SubscribeQueued(Action<Commit> onCommit) =>
        _journal.IsImmediate ? _watchers.Add(onCommit) : _watchers.AddQueued(onCommit);

    /// <summary>
    /// What is durable and was written after a position: first what the journal has, then what is added, until the
    /// store closes. Who is slow gets several commits as one batch.
    /// </summary>
    /// <param name="after">The follower's position; <see cref="JournalPosition.None"/> begins with the whole
    /// state.</param>
    /// <param name="cancellation">Ends the stream.</param>
    /// <exception cref="RevisionTrimmedException">What was written since that position is no longer known: follow from
    /// <see cref="JournalPosition.None"/>.</exception>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    /// <exception cref="NotSupportedException">The journal keeps nothing that could be followed.</exception>
    public async IAsyncEnumerable<RowBatch> FollowAsync(
        JournalPosition after,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        using var reader = _journal.OpenReader();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var (more, isLast) = (_groups.Progress.Next(), _ended);
            if (reader.Read(after) is { } batch)
            {
                yield return batch;
                after = batch.Position;
            }
            else if (isLast)
            {
                yield break;
            }
            else
            {
                await more.WaitAsync(cancellation);
            }
        }
    }

    /// <summary>
    /// Takes a batch of the leader's: it is durable, then <see cref="Current"/> shows it, then watchers hear of it as
    /// of one commit.
    /// </summary>
    /// <exception cref="NotLeaderException">The batch is of an earlier epoch than one that this store knows
    /// of.</exception>
    /// <exception cref="InvalidOperationException">The batch does not begin where this store is, or this store
    /// does not follow.</exception>
    /// <exception cref="JournalException">It cannot be read, or not be made durable; nothing of it was
    /// kept.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public async Task ApplyAsync(RowBatch batch, CancellationToken cancellation = default)
    {
        await _following.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_journal.IsImmediate)
                Take(batch);
            else
                await Task.Run(() => Take(batch), CancellationToken.None);
        }
        finally
        {
            _following.Release();
        }
    }

    /// <summary>Leads from now on, in a new epoch: what the leader before may still write is refused.</summary>
    /// <returns>The epoch.</returns>
    /// <exception cref="InvalidOperationException">The store does not follow: it leads, or was refused.</exception>
    /// <exception cref="JournalException">The right to write cannot be taken, or what was written last cannot be read:
    /// the store goes on following.</exception>
    /// <exception cref="RevisionTrimmedException">It was too far behind: it must start anew from the whole
    /// state.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public async Task<long> PromoteAsync(CancellationToken cancellation = default)
    {
        await _following.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (!_groups.Follows)
                throw new InvalidOperationException("Only a store that follows can be promoted.");

            // Where leader and follower share a journal, the last of what was written may not have come yet. What can
            // fail of it fails before the right to write is taken from anybody.
            if (_journal.IsShared)
                await CatchUpAsync();
            var epoch = _journal.IsImmediate ? _journal.Lead() : await Task.Run(_journal.Lead, CancellationToken.None);
            try
            {
                // Nothing is added to it any more.
                if (_journal.IsShared)
                    await CatchUpAsync();
            }
            catch
            {
                _journal.Resign();
                throw;
            }

            Interlocked.Exchange(ref _epoch, epoch);
            _groups.Lead(epoch);
            return epoch;
        }
        finally
        {
            _following.Release();
        }
    }

    /// <summary>Takes no more commits, lets those that wait become durable, and closes the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closings, 1) != 0)
        {
            await _end.Task;
            return;
        }

        try
        {
            await CloseAsync();
        }
        finally
        {
            _end.SetResult();
        }
    }

    private async Task CloseAsync()
    {
        _closed = true;

        // Who holds every place knows that nothing waits; who comes too late gets one back, to be told that the store
        // is closed.
        for (var i = 0; i < WaitingCommits; i++)
            await _places.WaitAsync();
        await _groups.StopAsync();
        await _following.WaitAsync();
        _journal.Dispose();
        _ended = true;
        _following.Release();
        _places.Release(WaitingCommits);
        _groups.Progress.Made();
    }

    private async Task CatchUpAsync()
    {
        using var reader = _journal.OpenReader();
        if (reader.Read(Position) is not { } rest)
            return;
        if (_journal.IsImmediate)
            Take(rest);
        else
            await Task.Run(() => Take(rest), CancellationToken.None);
    }

    private void Take(RowBatch batch)
    {
        if (!_groups.Follows)
            throw new InvalidOperationException("This store was not opened to follow.");
        var basis = _groups.Durable;
        if (batch.Position.Epoch < Interlocked.Read(ref _epoch))
            throw NotLeaderException.StaleBatch(batch.Position.Epoch, Interlocked.Read(ref _epoch));
        if (!batch.IsWhole && batch.After != Position)
            throw new InvalidOperationException($"The batch begins at {batch.After}, and this store is at {Position}.");

        var unread = new UnreadMembers();
        var (after, changes) = BatchReading.Apply(basis, batch, unread);
        _journal.Apply(batch);
        Keep(unread);
        _ids.Pass(batch.Rows.Select(row => row.Id).DefaultIfEmpty().Max());
        Interlocked.Exchange(ref _epoch, batch.Position.Epoch);
        _groups.Adopt(after, changes);
    }

    /// <summary>The batch is durable, with all that its rows say: what is not read of them may be kept later.</summary>
    private void Keep(UnreadMembers unread)
    {
        try
        {
            unread.Keep(_journal, _logger, _saidUnread);
        }
        catch (JournalException)
        {
            // The next start reads the same rows, and keeps it then.
        }
    }

    private bool TryTakePlace() => _places.Wait(0, CancellationToken.None);

    private async Task<T> WaitAndRunAsync<T>(PendingCommit<T> commit, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        Run(commit);
        return await commit.Task;
    }

    private void Run(PendingCommit commit)
    {
        if (_closed)
        {
            _places.Release();
            throw new ObjectDisposedException(nameof(Store), "The store is closed.");
        }

        _writer.Run(commit);
    }
}
