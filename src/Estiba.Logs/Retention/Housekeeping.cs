using Estiba.Logs.Storage;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Logs.Retention;

/// <summary>
/// Every hour: sorts what has lain in the journal, drops the events that have expired, frees what deleted streams left, and removes the
/// streams of groups whose deletion was interrupted. Lives as long as the API.
/// </summary>
internal sealed partial class Housekeeping : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    private readonly Store store;
    private readonly EventStore events;
    private readonly TimeProvider time;
    private readonly ILogger? logger;
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;

    public Housekeeping(Store store, EventStore events, TimeProvider time, ILogger? logger)
    {
        this.store = store;
        this.events = events;
        this.time = time;
        this.logger = logger;
        loop = RunAsync();
    }

    public async Task CleanAsync(CancellationToken cancellation)
    {
        await events.FlushAsync(cancellation);
        foreach (var group in store.Current.Range(LogsTables.Groups))
            await events.CleanAsync(group.Id, group.ExpiredBefore(time.GetUtcNow()), cancellation);
        await RemoveOrphansAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token)) await TryCleanAsync();
        }
        catch (OperationCanceledException)
        {
            // The API is being closed.
        }
    }

    private async Task TryCleanAsync()
    {
        try
        {
            await CleanAsync(stop.Token);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            if (logger is not null) Log.CleaningFailed(logger, failure);
        }
    }

    private async Task RemoveOrphansAsync(CancellationToken cancellation)
    {
        var live = new LiveStreams(store);
        for (string? after = null; ;)
        {
            // One stream of each group is enough to find the next group.
            var stream = store.Current.Range(LogsTables.Streams, after: after).FirstOrDefault();
            if (stream is null) return;

            if (!live.HasGroup(stream.GroupId)) await LogsApi.DeleteStreamsAsync(store, stream.GroupId, cancellation);
            after = LogsTables.StreamPrefix(stream.GroupId) + char.MaxValue;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The clean-up of log events stopped half way; it is tried again in an hour")]
        public static partial void CleaningFailed(ILogger logger, Exception failure);
    }
}
