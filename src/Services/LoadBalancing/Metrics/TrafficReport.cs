using System.Net;
using Estiba.Hosting.Metrics;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Network;
using Estiba.LoadBalancing.Traffic.Targets;
using Estiba.State;

namespace Estiba.LoadBalancing.Metrics;

/// <summary>Tells CloudWatch of each minute that has ended.</summary>
internal sealed class TrafficReport(Store store, TrafficCounters counters, MetricPublisher publisher, TimeProvider time)
{
    /// <summary>How soon after a minute's end it is told.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Tally _tally = new();
    private DateTimeOffset _minute;

    /// <summary>Tells of the minute that has ended since the last time, if one has.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var minute = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
        if (minute == _minute)
            return;
        var first = _minute == default;
        _minute = minute;
        var ended = new MinuteOfTraffic(store.Current, minute.AddMinutes(-1), _tally);
        var samples = ended.Of(counters).ToList();
        _tally.Turn();
        // What was counted before the first round is of nobody knows which minute.
        if (!first)
            await publisher.PublishAsync(samples, cancellation);
    }
}

/// <summary>Where the counters of traffic, and what is thought of targets, are found, by ARN; null or nothing of what
/// has no traffic.</summary>
internal sealed record TrafficCounters(
    Func<string, LoadBalancerCounters?> OfLoadBalancer,
    Func<string, TargetGroupCounters?> OfTargetGroup,
    Func<string, IReadOnlyDictionary<IPEndPoint, TargetCondition>> ConditionsOf,
    Func<string, NetworkCounters?> OfNetwork
);
