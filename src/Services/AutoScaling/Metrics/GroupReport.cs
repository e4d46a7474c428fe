using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Reconciling;
using Estiba.Contracts.CloudWatch;
using Estiba.Hosting.Metrics;
using Estiba.State;

namespace Estiba.AutoScaling.Metrics;

/// <summary>Tells CloudWatch each minute of the metrics that groups have enabled.</summary>
internal sealed class GroupReport(Store store, MetricPublisher publisher, TimeProvider time)
{
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private const string Namespace = "AWS/AutoScaling";

    internal Task RunAsync(CancellationToken cancellation)
    {
        var view = store.Current;
        var now = time.GetUtcNow();
        var minute = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
        return publisher.PublishAsync(
            view.Range(AutoScalingTables.Groups)
                .Where(group => group.Metrics.Count > 0)
                .SelectMany(group => Of(view, group, minute)),
            cancellation
        );
    }

    private static IEnumerable<MetricSample> Of(View view, GroupRecord group, DateTimeOffset minute)
    {
        var instances = GroupStep.InstancesOf(view, group);
        foreach (var metric in group.Metrics)
        {
            if (GroupMetric.ValueOf(metric, group, instances) is { } value)
                yield return MetricSample.Of(
                    group.Scope,
                    Namespace,
                    metric,
                    StandardUnit.None,
                    [new Dimension { Name = "AutoScalingGroupName", Value = group.Name }],
                    minute,
                    Spread.Of(value)
                );
        }
    }
}
