using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Expressions;
using Estiba.Metrics.Reading;
using Datapoint = Estiba.Metrics.Series.Datapoint;

namespace Estiba.Metrics;

/// <content>Values of many metrics, and of expressions over them.</content>
public sealed partial class CloudWatchApi
{
    private const int MostQueries = 500;
    private const int MostReturned = 100_800;

    /// <inheritdoc/>
    public Task<GetMetricDataOutput> GetMetricDataAsync(
        GetMetricDataInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var queries = request.MetricDataQueries!;
        Check(request, queries, context);
        var evaluation = MetricDataEvaluation.Of(queries);
        var (start, end) = (request.StartTime!.Value, request.EndTime!.Value);
        RequestedRange.Check(start, end, Invalid);
        var periods = queries.Select(query => query.MetricStat?.Period ?? query.Period ?? 60).ToList();
        var range = RequestedRange.Of(start, end, periods.Exists(it => it >= 60) ? 60 : periods.Min(), Now);
        var results = evaluation.Evaluate(_metrics, Scope.Of(context), range.From, range.Until);
        var page = new DataPage(
            request.ScanBy == "TimestampAscending",
            request.MaxDatapoints ?? MostReturned,
            DataPosition.Read(request, context)
        );
        var labels = new DynamicLabels(context, Now, DynamicLabels.ZoneOf(request.LabelOptions?.Timezone));
        foreach (var result in results)
        {
            foreach (var series in result.Series)
                page.Add(result.Query.Id!, labels.Of(result.Query.Label, series), series.Points, result.Messages);
        }

        return Task.FromResult(
            new GetMetricDataOutput
            {
                MetricDataResults = page.Results,
                NextToken = page.Next?.Write(request, context),
                Messages = [],
            }
        );
    }

    private static void Check(GetMetricDataInput request, IReadOnlyList<MetricDataQuery> queries, CallContext context)
    {
        if (queries.Count == 0)
            throw Invalid("The parameter MetricDataQueries is required.\n");
        if (queries.Count > MostQueries)
            throw Invalid($"The collection MetricDataQueries must not have a size greater than {MostQueries}.");
        if (request.MaxDatapoints is < 1 or > MostReturned)
            throw Invalid(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The parameter MaxDatapoints must be between 1 and {MostReturned}."
                )
            );
        if (queries.FirstOrDefault(query => (query.AccountId ?? context.AccountId) != context.AccountId) is { } other)
            throw Invalid($"The account {other.AccountId} shares no metrics with this one.");
    }

    private static AwsException Invalid(string message) => new("ValidationError", message);
}
