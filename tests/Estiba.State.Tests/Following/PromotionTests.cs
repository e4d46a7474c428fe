using Estiba.State.Journals;
using Microsoft.Data.Sqlite;
using static Estiba.State.Tests.Following.Histories;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests.Following;

public sealed class PromotionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_promoted_follower_leads_those_that_followed_with_it(int seed)
    {
        var random = new Random(seed);
        var first = await OpenAsync(Journal("first"));
        var second = await FollowerAsync("second");
        await using var third = await FollowerAsync("third");
        for (var i = 0; i < 50; i++)
        {
            await first.CommitRandomAsync(random);
            if (random.Next(3) == 0)
                await CatchUpAsync(second, Journal("first"));
            if (random.Next(3) == 0 && third.Position.Revision <= second.Position.Revision)
                await CatchUpAsync(third, Journal("second"));
        }

        await first.DisposeAsync();
        await CatchUpAsync(second, Journal("first"));
        var epoch = await second.PromoteAsync();
        var promotedAt = third.Position;
        for (var i = 0; i < 50; i++)
            await second.CommitRandomAsync(random);

        epoch.ShouldBeGreaterThan(promotedAt.Epoch);
        second.Leads.ShouldBeTrue();
        using (var reader = Journal("second").OpenReader())
            await third.ApplyAsync(reader.Read(promotedAt)!);
        ShouldEqual(third.Current, second.Current);
        third.Position.Epoch.ShouldBe(epoch);
        await second.DisposeAsync();
        await using var again = await OpenAsync(Journal("second"));
        ShouldEqual(again.Current, third.Current);
    }

    [Fact]
    public async Task A_follower_that_has_heard_of_a_later_epoch_takes_nothing_of_an_earlier_one()
    {
        await using var stale = await OpenAsync(Journal("stale"));
        await stale.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 1)));
        await using var next = await FollowerAsync("next");
        await using var follower = await FollowerAsync("follower");
        await CatchUpAsync(next, Journal("stale"));
        await CatchUpAsync(follower, Journal("stale"));
        var before = follower.Position;
        await next.PromoteAsync();
        await CatchUpAsync(follower, Journal("next"));
        follower.Position.ShouldBe(next.Position);
        await stale.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 2)));

        using var reader = Journal("stale").OpenReader();
        var batch = reader.Read(before)!;
        await Should.ThrowAsync<NotLeaderException>(() => follower.ApplyAsync(batch));

        follower.Current.Find(Services, "web")!.Desired.ShouldBe(1);
        ShouldEqual(follower.Current, next.Current);
    }

    [Fact]
    public async Task A_leader_whose_epoch_is_over_loses_nothing_that_it_acknowledged_and_writes_nothing_more()
    {
        var random = new Random(9);
        await using var stale = await OpenAsync(Journal("one"));
        for (var i = 0; i < 30; i++)
            await stale.CommitRandomAsync(random);
        var acknowledged = stale.Current;

        // As on storage that keeps no locks, or after somebody has deleted the file.
        File.Delete(_directory.File("one/state.db.lock"));
        await using var leader = await OpenAsync(Journal("one"));
        ShouldEqual(leader.Current, acknowledged);

        var refused = await Should.ThrowAsync<NotLeaderException>(() =>
            stale.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("stale", 1)))
        );
        refused.Message.ShouldContain($"epoch {stale.Position.Epoch}");
        stale.Leads.ShouldBeFalse();
        stale.Refused.IsCompleted.ShouldBeTrue();
        leader.Refused.IsCompleted.ShouldBeFalse();
        ShouldEqual(stale.Current, acknowledged);
        (await stale.CommitAsync(transaction => transaction.Count(Tasks))).ShouldBe(acknowledged.Count(Tasks));
        await Should.ThrowAsync<NotLeaderException>(() => stale.CommitRandomAsync(random));
        await Should.ThrowAsync<NotLeaderException>(() => stale.ProbeAsync());
        await Should.ThrowAsync<InvalidOperationException>(() => stale.PromoteAsync());

        await leader.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("led", 1)));
        leader.Current.Find(Services, "stale").ShouldBeNull();
        leader.Current.Find(Services, "led").ShouldNotBeNull();
    }

    [Fact]
    public async Task Commits_that_are_on_their_way_when_an_epoch_ends_fail_and_none_of_them_is_kept()
    {
        var journal = new MemoryJournal();
        await using var stale = await OpenAsync(journal);
        await stale.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 0)));
        await using var leader = await OpenAsync(journal);

        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(1, 50)
                .Select(number =>
                    Task.Run(async () =>
                    {
                        try
                        {
                            await stale.CommitAsync(transaction =>
                                transaction.Put(Services, new ServiceSample("web", number))
                            );
                            return "kept";
                        }
                        catch (NotLeaderException)
                        {
                            return "refused";
                        }
                    })
                )
        );

        outcomes.ShouldAllBe(outcome => outcome == "refused");
        stale.Current.Find(Services, "web")!.Desired.ShouldBe(0);
        await using var again = await OpenAsync(journal);
        again.Current.Find(Services, "web")!.Desired.ShouldBe(0);
    }

    [Fact]
    public async Task Every_start_begins_an_epoch()
    {
        var last = 0L;
        for (var start = 0; start < 3; start++)
        {
            await using var store = await OpenAsync(Journal("one"));
            store.Position.Epoch.ShouldBeGreaterThan(last);
            last = store.Position.Epoch;
        }
    }

    [Fact]
    public async Task A_follower_on_the_leaders_own_file_takes_over_when_the_leader_is_gone_with_all_that_it_wrote()
    {
        var random = new Random(10);
        var leader = await OpenAsync(Journal("shared"));
        for (var i = 0; i < 30; i++)
            await leader.CommitRandomAsync(random);
        await using var follower = await Store.OpenFollowerAsync(
            new SqliteFollowerJournal(_directory.File("shared/state.db")),
            All
        );
        ShouldEqual(follower.Current, leader.Current);
        for (var i = 0; i < 30; i++)
            await leader.CommitRandomAsync(random);
        await CatchUpAsync(follower, Journal("shared"));
        ShouldEqual(follower.Current, leader.Current);
        for (var i = 0; i < 30; i++)
            await leader.CommitRandomAsync(random);
        (await Should.ThrowAsync<JournalException>(() => follower.PromoteAsync())).Message.ShouldContain("in use by");
        await leader.DisposeAsync();

        (await follower.PromoteAsync()).ShouldBeGreaterThan(leader.Position.Epoch);

        ShouldEqual(follower.Current, leader.Current);
        await follower.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("after", 1)));
        await follower.DisposeAsync();
        await using var again = await OpenAsync(Journal("shared"));
        ShouldEqual(again.Current, follower.Current);
    }

    [Fact]
    public async Task A_follower_that_cannot_read_the_rest_takes_the_right_to_write_from_nobody()
    {
        var leader = await OpenAsync(Journal("shared"));
        await leader.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 1)));
        await using var follower = await Store.OpenFollowerAsync(
            new SqliteFollowerJournal(_directory.File("shared/state.db")),
            All
        );
        await leader.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 2)));
        var epoch = leader.Position.Epoch;
        await leader.DisposeAsync();
        Execute("shared", "UPDATE rows SET sum = sum + 1");

        await Should.ThrowAsync<JournalException>(() => follower.PromoteAsync());

        follower.Leads.ShouldBeFalse();
        Execute("shared", "UPDATE rows SET sum = sum - 1");
        await (await OpenAsync(Journal("shared"))).DisposeAsync();
        (await follower.PromoteAsync()).ShouldBeGreaterThan(epoch);
        follower.Current.Find(Services, "web")!.Desired.ShouldBe(2);
    }

    [Fact]
    public async Task A_right_to_write_that_was_given_back_can_be_taken_by_others()
    {
        await (await OpenAsync(Journal("shared"))).DisposeAsync();
        using var follower = new SqliteFollowerJournal(_directory.File("shared/state.db"));
        follower.Load(_ => { });
        var epoch = follower.Lead();
        await Should.ThrowAsync<JournalException>(() => OpenAsync(Journal("shared")));

        follower.Resign();

        await using (var other = await OpenAsync(Journal("shared")))
            other.Position.Epoch.ShouldBeGreaterThan(epoch);
        follower.Lead().ShouldBeGreaterThan(epoch);
    }

    private void Execute(string name, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_directory.File($"{name}/state.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery().ShouldBeGreaterThan(0);
    }

    private SqliteJournal Journal(string name) => new(_directory.File($"{name}/state.db"));

    private Task<Store> FollowerAsync(string name) => Store.OpenFollowerAsync(Journal(name), All);
}
