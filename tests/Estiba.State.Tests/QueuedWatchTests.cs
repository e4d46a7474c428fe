using Estiba.State.Journals;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests;

public sealed class QueuedWatchTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_watcher_that_is_behind_holds_up_no_commit_and_hears_of_all_in_order()
    {
        await using var store = await OpenAsync(new SqliteJournal(_directory.File("state.db")));
        var revisions = new List<long>();
        using var held = new ManualResetEventSlim();
        var heardAll = new TaskCompletionSource();
        using var watch = store.SubscribeQueued(commit =>
        {
            held.Wait();
            revisions.Add(commit.Revision);
            if (commit.Revision == 100)
                heardAll.SetResult();
        });

        for (var i = 0; i < 100; i++)
            await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample($"s{i}", i)));
        revisions.ShouldBeEmpty();
        held.Set();
        await heardAll.Task.WaitAsync(TimeSpan.FromSeconds(120));

        revisions.ShouldBe(Enumerable.Range(1, 100).Select(revision => (long)revision));
    }

    [Fact]
    public async Task A_queue_that_is_full_makes_the_journal_wait_and_leaves_nothing_out()
    {
        var commit = await LargeCommitAsync();
        using var held = new ManualResetEventSlim();
        var heard = 0;
        var queue = new CommitQueue(
            _ =>
            {
                held.Wait();
                Interlocked.Increment(ref heard);
            },
            logger: null
        );

        queue.Add(commit);
        var second = Task.Run(() => queue.Add(commit));
        (await Task.WhenAny(second, Task.Delay(TimeSpan.FromMilliseconds(200)))).ShouldNotBe(second);
        held.Set();
        await second.WaitAsync(TimeSpan.FromSeconds(120));

        SpinWait.SpinUntil(() => Volatile.Read(ref heard) == 2, TimeSpan.FromSeconds(120)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_watch_that_ends_lets_the_journal_go_on_and_hears_of_nothing_more()
    {
        var commit = await LargeCommitAsync();
        using var held = new ManualResetEventSlim();
        var heard = 0;
        var queue = new CommitQueue(
            _ =>
            {
                Interlocked.Increment(ref heard);
                held.Wait();
            },
            logger: null
        );
        queue.Add(commit);
        SpinWait.SpinUntil(() => Volatile.Read(ref heard) == 1, TimeSpan.FromSeconds(120)).ShouldBeTrue();
        var second = Task.Run(() => queue.Add(commit));

        queue.End();
        await second.WaitAsync(TimeSpan.FromSeconds(120));
        held.Set();
        queue.Add(commit);

        heard.ShouldBe(1);
    }

    [Fact]
    public async Task A_watcher_that_throws_hears_of_the_next_commit()
    {
        await using var store = await OpenAsync(new SqliteJournal(_directory.File("state.db")));
        var heard = new TaskCompletionSource();
        using var watch = store.SubscribeQueued(commit =>
        {
            if (commit.Revision == 1)
                throw new FormatException();
            heard.SetResult();
        });

        await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("a", 1)));
        await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("b", 1)));

        await heard.Task.WaitAsync(TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task The_changes_of_a_commit_are_sorted_by_their_tables()
    {
        await using var store = await OpenAsync(new MemoryJournal());
        Commit? heard = null;
        using var watch = store.SubscribeQueued(commit => heard = commit);

        await store.CommitAsync(transaction =>
        {
            transaction.Put(Services, new ServiceSample("a", 1));
            transaction.Put(Tasks, new TaskSample("1", "a", "PENDING"));
            transaction.Put(Services, new ServiceSample("b", 1));
            transaction.Put(Tasks, new TaskSample("2", "b", "PENDING"));
        });

        heard!.Tables.Select(changed => changed.Table).ShouldBe([Services, Tasks]);
        heard
            .Tables.Select(changed => string.Join(",", changed.Changes.Select(change => change.Key)))
            .ShouldBe(["a,b", "1,2"]);
        heard.Of(Tasks).Select(change => change.After!.Service).ShouldBe(["a", "b"]);
    }

    /// <summary>More than half of what may wait.</summary>
    private static async Task<Commit> LargeCommitAsync()
    {
        await using var store = await OpenAsync(new MemoryJournal());
        Commit? large = null;
        using var watch = store.Subscribe(commit => large = commit);
        await store.CommitAsync(transaction =>
        {
            for (var i = 0; i <= CommitQueue.WaitingChanges / 2; i++)
                transaction.Put(Services, new ServiceSample($"s{i}", i));
        });
        return large!;
    }
}
