using System.Collections.Concurrent;
using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Hosts;

/// <summary>
/// Asks every task that the cluster lists as running for a page, again and again, and counts what is answered and what
/// fails.
/// </summary>
/// <remarks>
/// It does as a load balancer does: a task that is listed no longer, or that is to stop, is not asked. So a request has
/// failed when its task is listed before and after it, and does not answer a second one either: a packet may be lost.
/// While the server does not answer, its last list holds.
/// </remarks>
internal sealed class TaskVisitor : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly HttpClient _http = new(
        new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }
    )
    {
        Timeout = TimeSpan.FromSeconds(5),
    };
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<VisitFailure> _failures = [];
    private readonly ConcurrentDictionary<string, int> _answers = new(StringComparer.Ordinal);
    private readonly HostCluster _cluster;
    private readonly Task _visiting;
    private volatile IReadOnlyList<ListedTask> _listed = [];

    private TaskVisitor(HostCluster cluster)
    {
        _cluster = cluster;
        _visiting = Task.WhenAll([ListAsync(), .. cluster.Hosts.Select(host => VisitAsync(host.Address))]);
    }

    /// <summary>What failed.</summary>
    public IReadOnlyCollection<VisitFailure> Failures => _failures;

    /// <summary>What failed on other hosts than this one.</summary>
    public IEnumerable<VisitFailure> FailuresBeside(Host host) =>
        _failures.Where(failure => failure.Task.Address != host.Address);

    /// <summary>Begins; each listed task has answered when this returns.</summary>
    public static async Task<TaskVisitor> BeginAsync(HostCluster cluster)
    {
        var visitor = new TaskVisitor(cluster);
        await visitor.RefreshAsync();
        await visitor.VisitedAsync();
        return visitor;
    }

    /// <summary>Waits until each listed task has answered again.</summary>
    public async Task VisitedAsync()
    {
        var before = _answers.ToDictionary();
        await Eventually.TrueAsync("every listed task has answered again", () =>
            Task.FromResult(_listed.All(task => AnswersOf(task.Arn) > before.GetValueOrDefault(task.Arn)))
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _visiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _end.Dispose();
    }

    private int AnswersOf(string task) => _answers.GetValueOrDefault(task);

    private async Task ListAsync()
    {
        while (true)
        {
            await RefreshAsync();
            await Task.Delay(Pause, _end.Token);
        }
    }

    private async Task RefreshAsync()
    {
        try
        {
            _listed = await _cluster.RunningTasksAsync();
        }
        catch (Exception away)
            when (away is HttpRequestException or TaskCanceledException or Contracts.AwsException
                && !_end.IsCancellationRequested
            )
        {
            // The last list holds.
        }
    }

    private async Task VisitAsync(string address)
    {
        while (true)
        {
            foreach (var task in _listed)
            {
                if (task.Address != address)
                    continue;
                if (await FailureAsync(task) is null || await FailureAsync(task) is not { } failure)
                    _answers.AddOrUpdate(task.Arn, 1, (_, count) => count + 1);
                // A task runs when its containers have started; what is in them may take a moment more to listen.
                else if (AnswersOf(task.Arn) > 0 && await IsStillListedAsync(task))
                    _failures.Enqueue(new VisitFailure(task, DateTimeOffset.UtcNow, failure));
            }

            await Task.Delay(Pause, _end.Token);
        }
    }

    private async Task<string?> FailureAsync(ListedTask task)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri($"http://{task.Address}:{task.Port}"), _end.Token);
            return response.IsSuccessStatusCode ? null : $"{response.StatusCode}";
        }
        catch (Exception failure)
            when (failure is HttpRequestException or TaskCanceledException && !_end.IsCancellationRequested)
        {
            return failure.Message;
        }
    }

    private async Task<bool> IsStillListedAsync(ListedTask task)
    {
        await RefreshAsync();
        return _listed.Any(listed => listed.Arn == task.Arn);
    }
}

/// <summary>
/// A request that a task did not answer, although it had answered before and was listed as running before and after.
/// </summary>
internal sealed record VisitFailure(ListedTask Task, DateTimeOffset At, string Message)
{
    public override string ToString() => $"{At:HH:mm:ss.fff} {Task.Service} on {Task.Address}: {Message}";
}
