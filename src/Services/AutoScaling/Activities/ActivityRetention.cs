using Estiba.State;

namespace Estiba.AutoScaling.Activities;

/// <summary>Forgets activities that are too old to be shown.</summary>
internal sealed class ActivityRetention(Store store, TimeProvider time)
{
    /// <summary>How long they are shown ("Verify a scaling activity for an Auto Scaling group", user guide).</summary>
    internal static readonly TimeSpan Life = TimeSpan.FromDays(42);

    /// <summary>How often to look for them.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private const int AtOnce = 1000;

    internal async Task RunAsync(CancellationToken cancellation)
    {
        var before = time.GetUtcNow() - Life;
        while (true)
        {
            var old = store
                .Current.Range(AutoScalingTables.Activities)
                .Where(activity => activity.StartedAt < before)
                .Take(AtOnce)
                .Select(activity => activity.Key)
                .ToList();
            if (old.Count == 0)
                return;
            await store.CommitAsync(
                transaction =>
                {
                    foreach (var key in old)
                        transaction.Delete(AutoScalingTables.Activities, key);
                },
                cancellation
            );
        }
    }
}
