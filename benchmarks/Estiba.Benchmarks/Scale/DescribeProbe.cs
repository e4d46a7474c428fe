using System.Diagnostics;
using Estiba.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Benchmarks.Scale;

/// <summary>
/// A customer who asks for ten tasks, again and again, while things happen: how long each answer takes.
/// </summary>
internal sealed class DescribeProbe : IAsyncDisposable
{
    private const int TasksAsked = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly Fleet _fleet;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _asking;
    private List<double> _milliseconds = [];

    internal DescribeProbe(Fleet fleet)
    {
        _fleet = fleet;
        _asking = AskAsync(_stop.Token);
    }

    /// <summary>Prints the latencies since the last time, and forgets them.</summary>
    internal void Print(string during)
    {
        var latencies = Interlocked.Exchange(ref _milliseconds, []);
        lock (latencies)
            latencies.Sort();
        if (latencies.Count == 0)
            return;
        Figure.Print("scale", $"{during}: describe-tasks of {TasksAsked}, p50", latencies[latencies.Count / 2], "ms");
        Figure.Print(
            "scale",
            $"{during}: describe-tasks of {TasksAsked}, p99",
            latencies[latencies.Count * 99 / 100],
            "ms"
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AskAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            if (_fleet.SomeTasks(TasksAsked) is { Count: > 0 } tasks)
            {
                var start = Stopwatch.GetTimestamp();
                await _fleet.Ecs.DescribeTasksAsync(
                    new DescribeTasksRequest { Cluster = ScaleWorkload.Cluster, Tasks = tasks },
                    _fleet.Caller,
                    cancellation
                );
                var latencies = Volatile.Read(ref _milliseconds);
                lock (latencies)
                    latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            await Task.Delay(Pause, cancellation);
        }
    }
}
