using Estiba.State;

namespace Estiba.Metrics.Alarms;

/// <summary>Forgets what happened to alarms more than thirty days ago, and of one that changes all the time, what is
/// older than its newest thousands.</summary>
internal sealed class AlarmHousekeeping(Store store, TimeProvider time)
{
    /// <summary>How many items an alarm has at most.</summary>
    internal const int MostOfAlarm = 5000;

    private const int Batch = 5000;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>How often it looks.</summary>
    internal static TimeSpan Interval { get; } = TimeSpan.FromHours(1);

    /// <summary>Forgets once.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        var view = store.Current;
        var before = time.GetUtcNow() - Kept;
        // Of each alarm the newest items are the first.
        var old = view.Range(MetricsTables.AlarmHistory)
            .GroupBy(item => item.Scope.Key(item.Alarm))
            .SelectMany(items => items.Where((item, place) => item.Time < before || place >= MostOfAlarm))
            .Select(item => item.Key);
        foreach (var keys in old.Chunk(Batch))
            await store.CommitAsync(
                transaction =>
                {
                    foreach (var key in keys)
                        transaction.Delete(MetricsTables.AlarmHistory, key);
                },
                cancellation
            );
    }
}
