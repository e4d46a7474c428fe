using Estiba.State.Journals;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using static Estiba.State.Tests.Following.Histories;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests.Following;

public sealed class FollowTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_follower_of_twenty_thousand_random_transactions_ends_equal_to_the_leader(int seed)
    {
        var leader = await OpenAsync(Journal("leader"));
        await using var follower = await FollowerAsync(Journal("follower"));
        var following = FollowAsync(follower, leader);
        await Parallel.ForAsync(0, 64, async (committer, _) =>
        {
            var random = new Random(seed * 100 + committer);
            for (var i = 0; i < 320; i++)
                await leader.CommitRandomAsync(random, records: 2_000);
        });

        await leader.DisposeAsync();
        await following.WaitAsync(TimeSpan.FromSeconds(120));

        leader.Current.Revision.ShouldBeGreaterThan(10_000);
        ShouldEqual(follower.Current, leader.Current);
        await follower.DisposeAsync();
        await using var again = await FollowerAsync(Journal("follower"));
        ShouldEqual(again.Current, leader.Current);
        again.Position.ShouldBe(follower.Position);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task A_follower_catches_up_from_any_revision(string kind)
    {
        var random = new Random(3);
        IJournal journal = kind == "memory" ? new MemoryJournal() : Journal("leader");
        await using var leader = await OpenAsync(journal);
        var followers = new List<Store>();
        for (var i = 0; i < 40; i++)
        {
            await leader.CommitRandomAsync(random, records: 30);
            var follower = await FollowerAsync(new MemoryJournal());
            await CatchUpAsync(follower, journal);
            ShouldEqual(follower.Current, leader.Current);
            followers.Add(follower);
        }

        foreach (var follower in followers)
        {
            using var reader = journal.OpenReader();
            if (reader.Read(follower.Position) is { } batch)
            {
                batch.IsWhole.ShouldBeFalse();
                await follower.ApplyAsync(batch);
            }

            ShouldEqual(follower.Current, leader.Current);
            await follower.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task A_follower_that_is_older_than_what_is_kept_is_told_to_start_anew(string kind)
    {
        var few = new JournalHistory(20, TimeSpan.FromDays(1));
        IJournal journal = kind == "memory" ? new MemoryJournal(few) : Journal("leader", few);
        var random = new Random(4);
        await using var leader = await OpenAsync(journal);
        await leader.CommitRandomAsync(random);
        await using var follower = await FollowerAsync(new MemoryJournal());
        await CatchUpAsync(follower, journal);
        for (var i = 0; i < 200; i++)
            await leader.CommitRandomAsync(random);

        var told = await Should.ThrowAsync<RevisionTrimmedException>(() => FollowAsync(follower, leader));

        told.Position.ShouldBe(follower.Position);
        told.Message.ShouldContain("no longer kept");
        await CatchUpAsync(follower, journal);
        ShouldEqual(follower.Current, leader.Current);
    }

    [Fact]
    public async Task What_changed_longer_ago_than_is_kept_is_forgotten()
    {
        var clock = new FakeTimeProvider();
        var journal = new SqliteJournal(
            _directory.File("leader/state.db"),
            history: new JournalHistory(1_000_000, TimeSpan.FromHours(1)),
            time: clock
        );
        var random = new Random(5);
        await using var leader = await OpenAsync(journal);
        await leader.CommitRandomAsync(random);
        await using var early = await FollowerAsync(new MemoryJournal());
        await CatchUpAsync(early, journal);
        await leader.CommitRandomAsync(random);
        clock.Advance(TimeSpan.FromHours(2));
        await leader.CommitRandomAsync(random);
        await using var late = await FollowerAsync(new MemoryJournal());
        await CatchUpAsync(late, journal);
        for (var i = 0; i < 100; i++)
            await leader.CommitRandomAsync(random);

        using var reader = journal.OpenReader();
        Should.Throw<RevisionTrimmedException>(() => reader.Read(early.Position));
        reader.Read(late.Position)!.IsWhole.ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_forgotten_at_once_is_bounded()
    {
        const int Large = 50_000;
        var clock = new FakeTimeProvider();
        var path = _directory.File("leader/state.db");
        var journal = new SqliteJournal(path, history: new JournalHistory(1, TimeSpan.FromDays(1)), time: clock);
        var random = new Random(7);
        await using var leader = await OpenAsync(journal);
        for (var i = 0; i < 4; i++)
        {
            await leader.CommitAsync(transaction =>
            {
                for (var n = 0; n < Large; n++)
                    transaction.Put(Services, new ServiceSample($"service-{n}", i));
            });
        }

        while (Oldest(path) == 1)
            await leader.CommitRandomAsync(random);
        Oldest(path).ShouldBe(4);
        while (Oldest(path) < 5)
            await leader.CommitRandomAsync(random);
    }

    private static long Oldest(string path)
    {
        using var connection = SqliteFile.OpenToRead(path);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT min(revision) FROM batches";
        return (long)command.ExecuteScalar()!;
    }

    [Fact]
    public async Task A_follower_goes_on_when_its_leader_crashes_and_comes_back()
    {
        var random = new Random(6);
        await using var leader = await OpenAsync(Journal("leader"));
        await using var follower = await FollowerAsync(Journal("follower"));
        for (var i = 0; i < 20; i++)
            await leader.CommitRandomAsync(random);
        await CatchUpAsync(follower, Journal("leader"));
        for (var i = 0; i < 20; i++)
            await leader.CommitRandomAsync(random);
        Crash("leader", "crashed");

        await using var back = await OpenAsync(Journal("crashed"));
        await back.CommitRandomAsync(random);
        using var reader = Journal("crashed").OpenReader();
        var batch = reader.Read(follower.Position)!;

        batch.IsWhole.ShouldBeFalse();
        await follower.ApplyAsync(batch);
        ShouldEqual(follower.Current, back.Current);
    }

    [Fact]
    public async Task A_follower_that_crashes_goes_on_from_what_it_had()
    {
        var random = new Random(7);
        await using var leader = await OpenAsync(Journal("leader"));
        JournalPosition reached;
        await using (var follower = await FollowerAsync(Journal("follower")))
        {
            for (var i = 0; i < 10; i++)
            {
                await leader.CommitRandomAsync(random);
                await CatchUpAsync(follower, Journal("leader"));
            }

            reached = follower.Position;
            Crash("follower", "crashed");
        }

        for (var i = 0; i < 10; i++)
            await leader.CommitRandomAsync(random);

        await using var back = await FollowerAsync(Journal("crashed"));
        back.Position.ShouldBe(reached);
        using var reader = Journal("leader").OpenReader();
        await back.ApplyAsync(reader.Read(back.Position)!);
        ShouldEqual(back.Current, leader.Current);
    }

    [Fact]
    public async Task A_follower_of_a_leader_that_lost_its_end_starts_anew()
    {
        var random = new Random(8);
        await using var follower = await FollowerAsync(Journal("follower"));
        await using (var leader = await OpenAsync(Journal("leader")))
        {
            for (var i = 0; i < 10; i++)
                await leader.CommitRandomAsync(random);
            Crash("leader", "older");
        }

        await using (var leader = await OpenAsync(Journal("leader")))
        {
            for (var i = 0; i < 10; i++)
                await leader.CommitRandomAsync(random);
            await CatchUpAsync(follower, Journal("leader"));
        }

        await using var restored = await OpenAsync(Journal("older"));
        for (var i = 0; i < 30; i++)
            await restored.CommitRandomAsync(random);

        restored.Current.Revision.ShouldBeGreaterThan(follower.Current.Revision);
        await Should.ThrowAsync<RevisionTrimmedException>(() => FollowAsync(follower, restored));
        await CatchUpAsync(follower, Journal("older"));
        ShouldEqual(follower.Current, restored.Current);
    }

    [Fact]
    public async Task A_follower_of_a_leader_that_went_on_without_a_damaged_record_starts_anew()
    {
        await using var follower = await FollowerAsync(Journal("follower"));
        await using (var leader = await OpenAsync(Journal("leader")))
        {
            await leader.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 1)));
            await leader.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("api", 1)));
            await CatchUpAsync(follower, Journal("leader"));
        }

        await using (
            var connection = new SqliteConnection($"Data Source={_directory.File("leader/state.db")};Pooling=False")
        )
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE rows SET sum = sum + 1 WHERE key = 'web'";
            (await command.ExecuteNonQueryAsync()).ShouldBe(1);
        }

        await using var without = await OpenAsync(
            new SqliteJournal(_directory.File("leader/state.db"), acceptsLoss: true)
        );
        without.Current.Find(Services, "web").ShouldBeNull();
        await Should.ThrowAsync<RevisionTrimmedException>(() => FollowAsync(follower, without));
        await CatchUpAsync(follower, Journal("leader"));
        ShouldEqual(follower.Current, without.Current);
    }

    [Fact]
    public async Task A_follower_runs_transactions_that_only_read_and_refuses_those_that_change()
    {
        var journal = new MemoryJournal();
        await using var leader = await OpenAsync(journal);
        await using var follower = await FollowerAsync(new MemoryJournal());
        await leader.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 3)));
        await CatchUpAsync(follower, journal);

        (await follower.CommitAsync(transaction => transaction.Find(Services, "web")!.Desired)).ShouldBe(3);
        var refused = await Should.ThrowAsync<NotLeaderException>(() =>
            follower.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 4)))
        );

        refused.Message.ShouldContain("follows another");
        follower.Leads.ShouldBeFalse();
        follower.Current.Find(Services, "web")!.Desired.ShouldBe(3);
        await Should.ThrowAsync<NotLeaderException>(() => follower.ProbeAsync());
    }

    [Fact]
    public async Task Watchers_of_a_follower_hear_what_each_batch_changes()
    {
        var journal = new MemoryJournal();
        await using var leader = await OpenAsync(journal);
        await using var follower = await FollowerAsync(new MemoryJournal());
        var heard = new List<(long Revision, string Key, string? Before, string? After)>();
        using var watch = follower.Subscribe(commit =>
        {
            follower.Current.Revision.ShouldBe(commit.Revision);
            heard.AddRange(
                commit
                    .Of(Tasks)
                    .Select(change => (commit.Revision, change.Key, change.Before?.Status, change.After?.Status))
            );
        });
        await leader.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("1", "web", "PENDING")));
        await CatchUpAsync(follower, journal);
        await leader.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("1", "web", "RUNNING")));
        await leader.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("2", "web", "PENDING")));
        await CatchUpAsync(follower, journal);
        await leader.CommitAsync(transaction => transaction.Delete(Tasks, "1"));
        await CatchUpAsync(follower, journal);

        heard.ShouldBe([
            (1, "1", null, "PENDING"),
            (3, "1", "PENDING", "RUNNING"),
            (3, "2", null, "PENDING"),
            (4, "1", "RUNNING", null),
        ]);
    }

    [Fact]
    public async Task A_batch_that_does_not_begin_where_the_follower_is_changes_nothing()
    {
        var journal = new MemoryJournal();
        await using var leader = await OpenAsync(journal);
        await using var follower = await FollowerAsync(new MemoryJournal());
        await leader.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 1)));
        await CatchUpAsync(follower, journal);
        var position = follower.Position;
        await leader.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 2)));
        using var reader = journal.OpenReader();
        var batch = reader.Read(position)!;
        await follower.ApplyAsync(batch);

        await Should.ThrowAsync<InvalidOperationException>(() => follower.ApplyAsync(batch));

        ShouldEqual(follower.Current, leader.Current);
    }

    [Fact]
    public async Task A_record_that_is_deleted_and_made_anew_is_the_new_one_on_a_follower_and_after_its_restart()
    {
        await using var leader = await OpenAsync(Journal("leader"));
        await leader.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("1", "web", "RUNNING")));
        await using (var follower = await FollowerAsync(Journal("follower")))
        {
            await CatchUpAsync(follower, Journal("leader"));
            await leader.CommitAsync(transaction => transaction.Delete(Tasks, "1"));
            await leader.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("1", "web", "PENDING")));
            await CatchUpAsync(follower, Journal("leader"));
            ShouldEqual(follower.Current, leader.Current);
            await leader.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("1", "web", "STOPPED")));
            await CatchUpAsync(follower, Journal("leader"));
        }

        await using var again = await FollowerAsync(Journal("follower"));
        ShouldEqual(again.Current, leader.Current);
    }

    private SqliteJournal Journal(string name, JournalHistory? history = null) =>
        new(_directory.File($"{name}/state.db"), history: history);

    private static Task<Store> FollowerAsync(IJournal journal) => Store.OpenFollowerAsync(journal, All);

    /// <summary>What a crash leaves of a store that goes on.</summary>
    private void Crash(string name, string copy)
    {
        Directory.CreateDirectory(_directory.File(copy));
        foreach (var file in new[] { "state.db", "state.db-wal", "state.db.revision" })
            File.Copy(_directory.File($"{name}/{file}"), _directory.File($"{copy}/{file}"));
    }
}
