using Estiba.State.Journals;
using static Estiba.State.Tests.Following.Histories;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests.Faults;

public sealed class KillTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_killed_process_loses_nothing_that_it_acknowledged()
    {
        var random = new Random(5);
        var acknowledged = new Dictionary<string, int>();
        for (var round = 0; round < 4; round++)
        {
            await CommitUntilKilledAsync(TimeSpan.FromMilliseconds(random.Next(20, 300)), acknowledged);

            await using var store = await OpenAsync(new SqliteJournal(_directory.File("state.db")));
            acknowledged.Count.ShouldBe(CommittingProcess.Committers);
            foreach (var (service, count) in acknowledged)
            {
                var kept = store.Current.Find(Services, service)!.Desired;
                kept.ShouldBeGreaterThanOrEqualTo(count);
                store
                    .Current.Where(Tasks, ByService, service)
                    .Select(task => task.Id)
                    .ShouldBe(
                        Enumerable
                            .Range(1, kept)
                            .TakeLast(CommittingProcess.TasksKept)
                            .Select(number => CommittingProcess.TaskId(service, number))
                    );
            }
        }
    }

    [Fact]
    public async Task A_follower_of_a_process_that_is_killed_again_and_again_has_what_each_has_left()
    {
        var random = new Random(6);
        var path = _directory.File("state.db");
        await using (await OpenAsync(new SqliteJournal(path))) { }
        await using var follower = await Store.OpenFollowerAsync(
            new SqliteJournal(_directory.File("follower/state.db")),
            All
        );
        await CatchUpAsync(follower, new SqliteJournal(path));
        for (var round = 0; round < 4; round++)
        {
            var running = CommitUntilKilledAsync(TimeSpan.FromMilliseconds(random.Next(20, 300)), []);
            while (!running.IsCompleted)
                await FollowOnAsync();
            await running;

            await using var store = await OpenAsync(new SqliteJournal(path));
            await FollowOnAsync();
            ShouldEqual(follower.Current, store.Current);
        }

        follower.Current.Count(Services).ShouldBe(CommittingProcess.Committers);

        // Never from the whole state again.
        async Task FollowOnAsync()
        {
            using var reader = new SqliteJournal(path).OpenReader();
            if (reader.Read(follower.Position) is { } batch)
                await follower.ApplyAsync(batch);
        }
    }

    private async Task CommitUntilKilledAsync(TimeSpan after, Dictionary<string, int> acknowledged)
    {
        using var process = CommittingProcess.Start(_directory.File("state.db"));
        var killing = Task.CompletedTask;
        var begun = new HashSet<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            // The last line may be cut off, and then says less than was acknowledged, never more.
            if (line.Split(' ') is not [var service, var count] || !int.TryParse(count, out var number))
                continue;
            acknowledged[service] = number;
            if (begun.Add(service) && begun.Count == CommittingProcess.Committers)
                killing = KillAsync();
        }

        await killing;
        await process.WaitForExitAsync();

        async Task KillAsync()
        {
            await Task.Delay(after);
            process.Kill();
        }
    }
}
