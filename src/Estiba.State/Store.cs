using Microsoft.Extensions.Logging;

namespace Estiba.State;

/// <summary>
/// The platform's state: typed tables in memory, changed by transactions that are durable before they are acknowledged. It lives as long
/// as the process; one process has it open.
/// </summary>
/// <remarks>
/// Transactions run one after another. A journal writes them in groups; when a group is durable, <see cref="Current"/> shows it, then
/// watchers hear of its commits in order, then the callers' tasks complete. While one group is written, the transactions of the next run.
/// </remarks>
public sealed class Store : IAsyncDisposable
{
    /// <summary>The most commits that may wait, to run or to become durable; one more waits until another is done.</summary>
    public const int WaitingCommits = 4096;

    private readonly IJournal journal;
    private readonly SemaphoreSlim places = new(WaitingCommits, WaitingCommits);
    private readonly Watchers watchers;
    private readonly GroupCommit groups;
    private readonly Writer writer;
    private volatile bool closed;

    private Store(IJournal journal, Snapshot loaded, RowIds ids, ILogger? logger)
    {
        this.journal = journal;
        watchers = new Watchers(logger);
        groups = new GroupCommit(journal, loaded, watchers, places, logger);
        writer = new Writer(groups, ids);
    }

    /// <summary>The latest durable state. Reading it never waits, and it may be kept for as long as it is wanted.</summary>
    public View Current => groups.Durable;

    /// <summary>Opens the journal and reads it.</summary>
    /// <param name="journal">Where the state is kept; the store disposes it.</param>
    /// <param name="tables">Every table that will be used. Rows of other tables stay in the journal untouched.</param>
    /// <param name="logger">Hears of failed writes and of watchers that throw.</param>
    /// <param name="cancellation">Gives up opening.</param>
    /// <exception cref="JournalException">The journal cannot be opened or read, or another process has it open.</exception>
    public static async Task<Store> OpenAsync(
        IJournal journal, IReadOnlyList<Table> tables, ILogger? logger = null, CancellationToken cancellation = default)
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
            var (snapshot, ids) = Loader.Load(journal, new Catalog(tables), cancellation);
            return new Store(journal, snapshot, ids, logger);
        }
    }

    /// <summary>Runs a transaction against everything committed before it, and completes when its changes are durable and visible.</summary>
    /// <param name="body">Reads and changes; synchronous, short, and without effects of its own. It runs at most once. When it throws,
    /// nothing is changed and the caller gets the exception.</param>
    /// <param name="cancellation">Gives up as long as the body has not begun.</param>
    /// <returns>What the body returned.</returns>
    /// <exception cref="JournalException">The changes, or others that the body saw, could not be made durable; nothing of them was kept.</exception>
    /// <exception cref="InvalidOperationException">Called from inside a body.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public Task<T> CommitAsync<T>(Func<Transaction, T> body, CancellationToken cancellation = default)
    {
        writer.ThrowIfInsideBody();
        if (cancellation.IsCancellationRequested) return Task.FromCanceled<T>(cancellation);

        var commit = new PendingCommit<T>(body, cancellation);
        if (!TryTakePlace()) return WaitAndRunAsync(commit, cancellation);

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
            cancellation);

    /// <summary>Watches commits from now on, in order, each after it is durable and <see cref="Current"/> shows it.</summary>
    /// <param name="onCommit">Called while all other commits wait: it must be quick, must not wait for a commit, and should not throw.</param>
    /// <returns>Ends the watch; a call that has begun may still be running.</returns>
    /// <remarks>To miss nothing, subscribe first and read <see cref="Current"/> then.</remarks>
    public IDisposable Subscribe(Action<Commit> onCommit) => watchers.Add(onCommit);

    /// <summary>Takes no more commits, lets those that wait become durable, and closes the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        if (closed) return;
        closed = true;

        // Who holds every place knows that nothing waits; who comes too late gets one back, to be told that the store is closed.
        for (var i = 0; i < WaitingCommits; i++) await places.WaitAsync();
        await groups.StopAsync();
        journal.Dispose();
        places.Release(WaitingCommits);
    }

    private bool TryTakePlace() => places.Wait(0, CancellationToken.None);

    private async Task<T> WaitAndRunAsync<T>(PendingCommit<T> commit, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        Run(commit);
        return await commit.Task;
    }

    private void Run(PendingCommit commit)
    {
        if (closed)
        {
            places.Release();
            throw new ObjectDisposedException(nameof(Store), "The store is closed.");
        }

        writer.Run(commit);
    }
}
