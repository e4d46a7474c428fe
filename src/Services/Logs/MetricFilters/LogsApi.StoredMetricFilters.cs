using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Logs.Filters;
using Estiba.Logs.Groups;
using Estiba.Logs.MetricFilters;
using Estiba.State;

namespace Estiba.Logs;

public sealed partial class LogsApi
{
    private const int MaxMetricFilters = 100;

    /// <inheritdoc />
    public async Task<PutMetricFilterResponse> PutMetricFilterAsync(
        PutMetricFilterRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (!string.IsNullOrEmpty(request.FieldSelectionCriteria))
            throw LogsErrors.InvalidParameterException(
                "Estiba centralizes no log events of other accounts. Leave fieldSelectionCriteria out."
            );
        var pattern = FilterPattern.Parse(request.FilterPattern!);
        foreach (var transformation in request.MetricTransformations!)
            _ = MetricExtraction.Of(pattern, transformation, request.EmitSystemFieldDimensions, Scope.Of(context));
        await _store.CommitAsync(
            transaction =>
            {
                var group = GroupNamed(transaction, context, request.LogGroupName!);
                if (group.LogGroupClass != LogGroupClass.Standard)
                    throw LogsErrors.InvalidOperationException(
                        $"Metric filters are not supported for log groups of the class {group.LogGroupClass}."
                    );
                var key = MetricFilterRecord.KeyOf(context.AccountId, context.Region, group.Id, request.FilterName!);
                var known = transaction.Find(LogsTables.MetricFilters, key);
                if (known is null && CountMetricFilters(transaction, group) >= MaxMetricFilters)
                    throw LogsErrors.LimitExceededException("Resource limit exceeded.");
                transaction.Put(
                    LogsTables.MetricFilters,
                    new MetricFilterRecord
                    {
                        AccountId = context.AccountId,
                        Region = context.Region,
                        GroupId = group.Id,
                        Filter = new MetricFilter
                        {
                            FilterName = request.FilterName,
                            FilterPattern = request.FilterPattern,
                            MetricTransformations = request.MetricTransformations,
                            CreationTime = known?.Filter.CreationTime ?? Now(),
                            LogGroupName = group.Name,
                            ApplyOnTransformedLogs = request.ApplyOnTransformedLogs ?? false,
                            FieldSelectionCriteria = request.FieldSelectionCriteria,
                            EmitSystemFieldDimensions = request.EmitSystemFieldDimensions,
                        },
                    }
                );
            },
            cancellation
        );
        return new PutMetricFilterResponse();
    }

    /// <inheritdoc />
    public Task<DescribeMetricFiltersResponse> DescribeMetricFiltersAsync(
        DescribeMetricFiltersRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.MetricName is null != request.MetricNamespace is null)
            throw LogsErrors.InvalidParameterException(
                "Both metricName and metricNamespace must be specified, or neither."
            );
        if (request is { FilterNamePrefix: not null, LogGroupName: null })
            throw LogsErrors.InvalidParameterException(
                "filterNamePrefix can only be specified together with logGroupName."
            );

        var view = _store.Current;
        var prefix = request.LogGroupName is { } name
            ? MetricFilterRecord.KeyOf(
                context.AccountId,
                context.Region,
                GroupNamed(view, context, name).Id,
                request.FilterNamePrefix ?? ""
            )
            : Scope.Of(context).Prefix;
        var limit = request.Limit ?? DefaultPage;
        var page = view.Range(LogsTables.MetricFilters, prefix, PageToken.Decode(request.NextToken, request, context))
            .Where(record =>
                request.MetricName is null
                || record.Filter.MetricTransformations!.Any(transformation =>
                    transformation.MetricName == request.MetricName
                    && transformation.MetricNamespace == request.MetricNamespace
                )
            )
            .Take(limit + 1)
            .ToList();
        return Task.FromResult(
            new DescribeMetricFiltersResponse
            {
                MetricFilters = [.. page.Take(limit).Select(record => record.Filter)],
                NextToken = page.Count > limit ? PageToken.Encode(page[limit - 1].Key, request, context) : null,
            }
        );
    }

    /// <inheritdoc />
    public async Task<DeleteMetricFilterResponse> DeleteMetricFilterAsync(
        DeleteMetricFilterRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var group = GroupNamed(transaction, context, request.LogGroupName!);
                var key = MetricFilterRecord.KeyOf(context.AccountId, context.Region, group.Id, request.FilterName!);
                if (transaction.Find(LogsTables.MetricFilters, key) is null)
                    throw LogsErrors.ResourceNotFoundException("The specified metric filter does not exist.");
                transaction.Delete(LogsTables.MetricFilters, key);
            },
            cancellation
        );
        return new DeleteMetricFilterResponse();
    }

    private static int CountMetricFilters(View view, LogGroupRecord group) =>
        view.Count(LogsTables.MetricFilters, MetricFilterRecord.PrefixOf(group.AccountId, group.Region, group.Id));

    private static void DeleteMetricFilters(Transaction transaction, LogGroupRecord group)
    {
        foreach (
            var filter in transaction
                .Range(LogsTables.MetricFilters, MetricFilterRecord.PrefixOf(group.AccountId, group.Region, group.Id))
                .ToList()
        )
            transaction.Delete(LogsTables.MetricFilters, filter.Key);
    }
}
