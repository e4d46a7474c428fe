using Estiba.Hosting.Metrics;
using Estiba.State;

namespace Estiba.Ecs.Metrics;

/// <summary>Tells CloudWatch of each minute that has ended.</summary>
internal sealed class MetricsReport(Store store, UsageReports reports, MetricPublisher publisher)
{
    /// <summary>How soon after a minute's end it is told.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Tells of the minute that has ended since the last time, if one has.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        if (reports.TakeEnded() is { } minute && minute.Tasks.Count + minute.Connections.Count > 0)
            await publisher.PublishAsync(SamplesOf(store.Current, minute), cancellation);
    }

    /// <summary>All metrics of a minute.</summary>
    internal static IEnumerable<MetricSample> SamplesOf(View view, UsageMinute minute) =>
        ClusterMinute
            .Of(view, minute)
            .SelectMany(cluster => UtilizationMetrics.Of(cluster).Concat(ContainerInsights.Of(cluster)))
            .Concat(ServiceConnectMetrics.Of(view, minute));
}
