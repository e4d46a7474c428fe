using Estiba.State.Journals;
using Estiba.State.Tests.Faults;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests;

public sealed class GroupCommitTests : IDisposable
{
    private readonly FaultyJournal _journal = new(new MemoryJournal());

    public void Dispose() => _journal.Dispose();

    [Fact]
    public async Task A_commit_shows_when_it_is_durable_and_not_before()
    {
        await using var store = await OpenAsync(_journal);
        _journal.Hold();
        var commit = PutAsync(store, "a");
        await _journal.BegunAsync();

        commit.IsCompleted.ShouldBeFalse();
        store.Current.Count(Services).ShouldBe(0);
        _journal.Release();
        await commit;
        store.Current.Count(Services).ShouldBe(1);
    }

    [Fact]
    public async Task Bodies_run_while_a_group_is_written_and_see_what_it_holds()
    {
        await using var store = await OpenAsync(_journal);
        _journal.Hold();
        var first = PutAsync(store, "a");
        await _journal.BegunAsync();

        var seen = -1;
        var second = store.CommitAsync(transaction =>
        {
            seen = transaction.Count(Services);
            transaction.Put(Services, new ServiceSample("b", 1));
        });

        seen.ShouldBe(1);
        second.IsCompleted.ShouldBeFalse();
        _journal.Release();
        await Task.WhenAll(first, second);
    }

    [Fact]
    public async Task What_waits_is_written_in_one_group()
    {
        await using var store = await OpenAsync(_journal);
        _journal.Hold();
        var commits = new List<Task> { PutAsync(store, "first") };
        await _journal.BegunAsync();
        for (var i = 0; i < 50; i++)
            commits.Add(PutAsync(store, $"{i}"));
        _journal.Release();
        await Task.WhenAll(commits);

        _journal.Written.Select(batch => batch.Changes.Count).ShouldBe([1, 50]);
        _journal.Written[1].Revision.ShouldBe(51);
    }

    [Fact]
    public async Task A_record_that_changes_often_in_a_group_is_written_once()
    {
        await using var store = await OpenAsync(_journal);
        _journal.Hold();
        var commits = new List<Task> { PutAsync(store, "first") };
        await _journal.BegunAsync();
        for (var i = 1; i <= 50; i++)
            commits.Add(PutAsync(store, "same", i));
        _journal.Release();
        await Task.WhenAll(commits);

        _journal
            .Written[1]
            .Changes.ShouldHaveSingleItem()
            .ShouldBeOfType<Change<ServiceSample>>()
            .After!.Desired.ShouldBe(50);
    }

    [Fact]
    public async Task What_was_only_read_is_answered_when_it_is_durable()
    {
        await using var store = await OpenAsync(_journal);
        _journal.Hold();
        var put = PutAsync(store, "a");
        await _journal.BegunAsync();
        var read = store.CommitAsync(transaction => transaction.Count(Services));
        var refused = store.CommitAsync(_ => throw new FormatException("it exists already"));

        read.IsCompleted.ShouldBeFalse();
        refused.IsCompleted.ShouldBeFalse();
        _journal.Release();
        (await read).ShouldBe(1);
        await Should.ThrowAsync<FormatException>(() => refused);
        await put;
    }

    [Fact]
    public async Task Reading_what_is_durable_does_not_touch_the_journal()
    {
        await using var store = await OpenAsync(_journal);

        (await store.CommitAsync(transaction => transaction.Count(Services))).ShouldBe(0);

        _journal.Written.ShouldBeEmpty();
    }

    [Fact]
    public async Task Commits_wait_their_turn_when_too_many_wait_already()
    {
        await using var store = await OpenAsync(_journal);
        _journal.Hold();
        var ran = 0;
        var commits = Enumerable
            .Range(0, Store.WaitingCommits + 10)
            .Select(i =>
                store.CommitAsync(transaction =>
                {
                    ran++;
                    transaction.Put(Services, new ServiceSample($"{i}", 1));
                })
            )
            .ToList();

        ran.ShouldBe(Store.WaitingCommits);
        _journal.Release();
        await Task.WhenAll(commits);
        store.Current.Count(Services).ShouldBe(Store.WaitingCommits + 10);
    }

    [Fact]
    public async Task Closing_lets_what_waits_become_durable()
    {
        var store = await OpenAsync(_journal);
        _journal.Hold();
        var commit = PutAsync(store, "a");
        await _journal.BegunAsync();
        var closing = store.DisposeAsync().AsTask();

        closing.IsCompleted.ShouldBeFalse();
        _journal.Release();
        await commit;
        await closing;
        await Should.ThrowAsync<ObjectDisposedException>(() => PutAsync(store, "b"));
    }

    private static Task PutAsync(Store store, string name, int desired = 1) =>
        store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample(name, desired)));
}
