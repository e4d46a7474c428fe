using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics;

/// <content>Which metrics there are.</content>
public sealed partial class CloudWatchApi
{
    private const int MetricsOfPage = 500;
    private static readonly TimeSpan Listed = TimeSpan.FromDays(14);
    private static readonly TimeSpan RecentlyActive = TimeSpan.FromHours(3);

    /// <inheritdoc/>
    public Task<ListMetricsOutput> ListMetricsAsync(
        ListMetricsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var after = -1;
        if (request.NextToken is { } token)
        {
            var isPlace = int.TryParse(
                PagingToken.Read(token, request, context),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out after
            );
            if (!isPlace)
                throw CloudWatchErrors.InvalidParameterValueException("Invalid nextToken");
        }

        var (page, next) = PagingToken.Cut(
            Found(request, context).Where(found => found.Place > after),
            MetricsOfPage,
            found => found.Place.ToString(CultureInfo.InvariantCulture),
            request,
            context
        );
        return Task.FromResult(
            new ListMetricsOutput
            {
                Metrics = [.. page.Select(found => Shown(found.Metric))],
                NextToken = next,
                OwningAccounts =
                    request.IncludeLinkedAccounts == true ? [.. page.Select(_ => context.AccountId)] : null,
            }
        );
    }

    /// <summary>The metrics that a request asks for, in an order that stays, each with its place among all.</summary>
    private IEnumerable<(int Place, Series.Metric Metric)> Found(ListMetricsInput request, CallContext context)
    {
        // Other accounts share none with this one.
        if ((request.OwningAccount ?? context.AccountId) != context.AccountId)
            yield break;
        var active = Now - (request.RecentlyActive is null ? Listed : RecentlyActive);
        var place = -1;
        foreach (var known in _metrics.Metrics(Scope.Of(context)))
        {
            place++;
            if (known.LastValue >= active.ToUnixTimeSeconds() && IsAskedFor(request, known.Metric))
                yield return (place, known.Metric);
        }
    }

    private static bool IsAskedFor(ListMetricsInput request, Series.Metric metric) =>
        (request.Namespace is null || request.Namespace == metric.Namespace)
        && (request.MetricName is null || request.MetricName == metric.Name)
        && (request.Dimensions ?? []).All(filter =>
            metric.Dimensions.Any(dimension =>
                dimension.Name == filter.Name && (filter.Value is null || filter.Value == dimension.Value)
            )
        );

    private static Contracts.CloudWatch.Metric Shown(Series.Metric metric) =>
        new()
        {
            Namespace = metric.Namespace,
            MetricName = metric.Name,
            Dimensions =
            [
                .. metric.Dimensions.Select(dimension => new Dimension
                {
                    Name = dimension.Name,
                    Value = dimension.Value,
                }),
            ],
        };
}
