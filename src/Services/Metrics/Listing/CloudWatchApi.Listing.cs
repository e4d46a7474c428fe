using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics;

/// <content>Which metrics there are.</content>
public sealed partial class CloudWatchApi
{
    /// <inheritdoc/>
    public Task<ListMetricsOutput> ListMetricsAsync(
        ListMetricsInput request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        Task.FromResult(
            new ListMetricsOutput
            {
                Metrics =
                [
                    .. _metrics
                        .Metrics(Scope.Of(context))
                        .Where(known => Now.ToUnixTimeSeconds() - known.LastValue < 15 * 86400)
                        .Select(known => new Metric
                        {
                            Namespace = known.Metric.Namespace,
                            MetricName = known.Metric.Name,
                        }),
                ],
            }
        );
}
