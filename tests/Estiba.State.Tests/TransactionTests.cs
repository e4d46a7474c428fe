using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests;

public sealed class TransactionTests
{
    [Fact]
    public async Task A_transaction_sees_its_own_changes()
    {
        await using var store = await OpenAsync();

        var seen = await store.CommitAsync(transaction =>
        {
            transaction.Put(Tasks, new TaskSample("1", "web", "PENDING"));
            transaction.Put(Tasks, new TaskSample("2", "web", "PENDING"));
            transaction.Delete(Tasks, "1");
            return transaction.Where(Tasks, ByService, "web").Select(task => task.Id).ToList();
        });

        seen.ShouldBe(["2"]);
    }

    [Fact]
    public async Task Changing_what_is_walked_does_not_disturb_the_walk()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(transaction =>
        {
            for (var i = 0; i < 500; i++)
                transaction.Put(Tasks, new TaskSample($"{i:D3}", "web", "PENDING"));
            foreach (var task in transaction.Range(Tasks))
            {
                transaction.Put(Tasks, task with { Status = "RUNNING" });
                transaction.Put(Tasks, task with { Id = task.Id + "-copy" });
                if (task.Id.EndsWith('7'))
                    transaction.Delete(Tasks, task.Id);
            }
        });

        store.Current.Count(Tasks).ShouldBe(950);
        store
            .Current.Range(Tasks)
            .Where(task => !task.Id.EndsWith("-copy", StringComparison.Ordinal))
            .ShouldAllBe(task => task.Status == "RUNNING");
    }

    [Fact]
    public async Task Changes_of_one_record_are_one_change()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("a", 1)));
        var commits = new List<Commit>();
        using var watch = store.Subscribe(commits.Add);

        await store.CommitAsync(transaction =>
        {
            transaction.Put(Services, new ServiceSample("b", 1));
            transaction.Put(Services, new ServiceSample("a", 2));
            transaction.Delete(Services, "a");
            transaction.Put(Services, new ServiceSample("a", 3));
            transaction.Put(Services, new ServiceSample("c", 1));
            transaction.Delete(Services, "c");
        });

        var changes = commits
            .Single()
            .Of(Services)
            .Select(change => (change.Key, change.Before?.Desired, change.After?.Desired));
        changes.ShouldBe([("b", null, 1), ("a", 1, 3)]);
    }

    [Fact]
    public async Task Putting_the_record_that_is_there_is_no_commit()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("a", 1)));
        var commits = 0;
        using var watch = store.Subscribe(_ => commits++);

        await store.CommitAsync(transaction => transaction.Put(Services, transaction.Find(Services, "a")!));

        commits.ShouldBe(0);
        store.Current.Revision.ShouldBe(1);
    }

    [Fact]
    public async Task A_body_that_throws_changes_nothing()
    {
        await using var store = await OpenAsync();

        var thrown = await Should.ThrowAsync<FormatException>(() =>
            store.CommitAsync(transaction =>
            {
                transaction.Put(Services, new ServiceSample("a", 1));
                throw new FormatException("no");
            })
        );

        thrown.Message.ShouldBe("no");
        store.Current.Count(Services).ShouldBe(0);
        (await store.CommitAsync(transaction => transaction.Count(Services))).ShouldBe(0);
    }

    [Fact]
    public async Task A_transaction_ends_with_its_body()
    {
        await using var store = await OpenAsync();
        var escaped = await store.CommitAsync(transaction => transaction);

        Should.Throw<ObjectDisposedException>(() => escaped.Put(Services, new ServiceSample("a", 1)));
        Should.Throw<ObjectDisposedException>(() => escaped.Find(Services, "a"));
    }

    [Fact]
    public async Task A_body_that_commits_is_told_not_to()
    {
        await using var store = await OpenAsync();

        await Should.ThrowAsync<InvalidOperationException>(() =>
            store.CommitAsync(transaction =>
            {
                _ = store.CommitAsync(inner => inner.Delete(Services, "a"));
            })
        );
    }

    [Fact]
    public async Task A_cancelled_commit_does_not_run()
    {
        await using var store = await OpenAsync();
        var ran = false;

        await Should.ThrowAsync<OperationCanceledException>(() =>
            store.CommitAsync(_ => ran = true, new CancellationToken(canceled: true))
        );

        ran.ShouldBeFalse();
    }
}
