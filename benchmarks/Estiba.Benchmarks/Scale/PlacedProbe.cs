using Estiba.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Benchmarks.Scale;

/// <summary>
/// Watches how far placing is ahead of running: how many tasks were placed when each tenth of them ran.
/// </summary>
internal sealed class PlacedProbe : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Fleet _fleet;
    private readonly Milestones _running;
    private readonly int _tasks;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private readonly List<(int Running, int Placed)> _seen = [];

    internal PlacedProbe(Fleet fleet, Milestones running, int tasks)
    {
        (_fleet, _running, _tasks) = (fleet, running, tasks);
        _watching = WatchAsync(_stop.Token);
    }

    /// <summary>Prints what share of all tasks was placed when each tenth of them ran.</summary>
    internal void Print(string during)
    {
        for (var tenth = 1; tenth <= 10; tenth++)
        {
            var reached = _seen.Find(seen => seen.Running >= _tasks * tenth / 10);
            if (reached.Running > 0)
                Figure.Print("scale", $"{during}: placed when tenth {tenth} ran", 100d * reached.Placed / _tasks, "%");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var answer = await _fleet.Ecs.DescribeClustersAsync(
                new DescribeClustersRequest { Clusters = [ScaleWorkload.Cluster] },
                _fleet.Caller,
                cancellation
            );
            if (answer.Clusters is [var cluster])
                _seen.Add((_running.Count, (cluster.RunningTasksCount ?? 0) + (cluster.PendingTasksCount ?? 0)));
            await Task.Delay(Pause, cancellation);
        }
    }
}
