using Estiba.AutoScaling.Metrics;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling;

/// <content>The metrics of groups.</content>
public sealed partial class AutoScalingApi
{
    /// <inheritdoc/>
    public async Task<EnableMetricsCollectionResponse> EnableMetricsCollectionAsync(
        EnableMetricsCollectionQuery request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.Granularity != GroupMetric.Granularity)
            throw Validation.Error($"Granularity must be one of [{GroupMetric.Granularity}].");
        var metrics = MetricsOf(request.Metrics);
        await ChangeAsync(
            context,
            request.AutoScalingGroupName!,
            group =>
                group with
                {
                    Metrics =
                    [
                        .. GroupMetric.All.Where(each => group.Metrics.Contains(each) || metrics.Contains(each)),
                    ],
                },
            cancellation
        );
        return new EnableMetricsCollectionResponse();
    }

    /// <inheritdoc/>
    public async Task<DisableMetricsCollectionResponse> DisableMetricsCollectionAsync(
        DisableMetricsCollectionQuery request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var metrics = MetricsOf(request.Metrics);
        await ChangeAsync(
            context,
            request.AutoScalingGroupName!,
            group => group with { Metrics = [.. group.Metrics.Except(metrics)] },
            cancellation
        );
        return new DisableMetricsCollectionResponse();
    }

    // All where none is named.
    private static IReadOnlyList<string> MetricsOf(IReadOnlyList<string>? named) =>
        named is not { Count: > 0 } ? GroupMetric.All
        : named.FirstOrDefault(metric => !GroupMetric.All.Contains(metric)) is { } unknown
            ? throw Validation.Error($"Invalid metric type: {unknown}")
        : named;
}
