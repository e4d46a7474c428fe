using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests.Faults;

public sealed class KillTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_killed_process_loses_nothing_that_it_acknowledged()
    {
        var random = new Random(5);
        var acknowledged = new Dictionary<string, int>();
        for (var round = 0; round < 4; round++)
        {
            await CommitUntilKilledAsync(TimeSpan.FromMilliseconds(random.Next(20, 300)), acknowledged);

            await using var store = await OpenAsync(new SqliteJournal(directory.File("state.db")));
            acknowledged.Count.ShouldBe(CommittingProcess.Committers);
            foreach (var (service, count) in acknowledged)
            {
                var kept = store.Current.Find(Services, service)!.Desired;
                kept.ShouldBeGreaterThanOrEqualTo(count);
                store.Current.Where(Tasks, ByService, service).Select(task => task.Id)
                    .ShouldBe(Enumerable.Range(1, kept).Select(number => $"{service}/{number:D8}"));
            }
        }
    }

    private async Task CommitUntilKilledAsync(TimeSpan after, Dictionary<string, int> acknowledged)
    {
        using var process = CommittingProcess.Start(directory.File("state.db"));
        var killing = Task.CompletedTask;
        var begun = new HashSet<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            // The last line may be cut off, and then says less than was acknowledged, never more.
            if (line.Split(' ') is not [var service, var count] || !int.TryParse(count, out var number)) continue;
            acknowledged[service] = number;
            if (begun.Add(service) && begun.Count == CommittingProcess.Committers) killing = KillAsync();
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
