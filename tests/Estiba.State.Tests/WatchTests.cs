using Estiba.State.Journals;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests;

public sealed class WatchTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Commits_of_many_are_heard_one_by_one_in_order()
    {
        await using var store = await OpenAsync(new SqliteJournal(_directory.File("state.db")));
        var revisions = new List<long>();
        var counts = new List<int>();
        using var watch = store.Subscribe(commit =>
        {
            revisions.Add(commit.Revision);
            counts.Add(commit.View.Find(Services, "counter")!.Desired);
        });

        await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < 50; i++)
                            await store.CommitAsync(Increment);
                    })
                )
        );

        revisions.ShouldBe(Enumerable.Range(1, 800).Select(revision => (long)revision));
        counts.ShouldBe(Enumerable.Range(1, 800));
        store.Current.Find(Services, "counter")!.Desired.ShouldBe(800);
    }

    [Fact]
    public async Task A_watcher_finds_the_commit_in_the_current_view_and_hears_of_it_before_the_committer()
    {
        await using var store = await OpenAsync(new SqliteJournal(_directory.File("state.db")));
        var seen = new List<(int Current, bool IsAcknowledged)>();
        Task? commit = null;
        using var begun = new SemaphoreSlim(0);
        using var watch = store.Subscribe(_ =>
        {
            begun.Wait();
            seen.Add((store.Current.Count(Services), commit!.IsCompleted));
        });

        commit = store.CommitAsync(Increment);
        begun.Release();
        await commit;

        seen.ShouldBe([(1, false)]);
    }

    [Fact]
    public async Task A_change_tells_the_record_before_and_after()
    {
        await using var store = await OpenAsync();
        var changes = new List<(int?, int?)>();
        using var watch = store.Subscribe(commit =>
            changes.AddRange(commit.Of(Services).Select(change => (change.Before?.Desired, change.After?.Desired)))
        );

        await store.CommitAsync(Increment);
        await store.CommitAsync(Increment);
        await store.CommitAsync(transaction => transaction.Delete(Services, "counter"));

        changes.ShouldBe([(null, 1), (1, 2), (2, null)]);
    }

    [Fact]
    public async Task A_watcher_that_throws_disturbs_nobody()
    {
        await using var store = await OpenAsync();
        var heard = 0;
        using var first = store.Subscribe(_ => throw new FormatException());
        using var second = store.Subscribe(_ => heard++);

        await store.CommitAsync(Increment);

        heard.ShouldBe(1);
    }

    [Fact]
    public async Task A_watch_ends_when_it_is_disposed()
    {
        await using var store = await OpenAsync();
        var heard = 0;
        var watch = store.Subscribe(_ => heard++);
        await store.CommitAsync(Increment);
        watch.Dispose();
        await store.CommitAsync(Increment);

        heard.ShouldBe(1);
    }

    [Fact]
    public async Task A_watcher_may_commit_what_follows_from_a_commit()
    {
        await using var store = await OpenAsync();
        var following = new List<Task>();
        using var watch = store.Subscribe(commit =>
        {
            if (commit.Revision < 5)
                following.Add(store.CommitAsync(Increment));
        });

        await store.CommitAsync(Increment);
        await Task.WhenAll(following);

        store.Current.Find(Services, "counter")!.Desired.ShouldBe(5);
    }

    private static void Increment(Transaction transaction) =>
        transaction.Put(
            Services,
            new ServiceSample("counter", (transaction.Find(Services, "counter")?.Desired ?? 0) + 1)
        );
}
