using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Alarms;
using Estiba.Metrics.Alarms.Composites;
using Estiba.Metrics.Alarms.Evaluation;
using Estiba.State;

namespace Estiba.Metrics;

/// <content>Showing alarms and their history.</content>
public sealed partial class CloudWatchApi
{
    private const int LargestPage = 100;
    private const int UsualPage = 50;

    /// <inheritdoc/>
    public Task<DescribeAlarmsOutput> DescribeAlarmsAsync(
        DescribeAlarmsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.AlarmNames is not null && request.AlarmNamePrefix is not null)
            throw AlarmErrors.Both("AlarmNames", "AlarmNamePrefix");
        var view = _store.Current;
        var scope = Scope.Of(context);
        var after = After(request.NextToken, request, context);
        var related = request.ChildrenOfAlarmName ?? request.ParentsOfAlarmName;
        var types = request.AlarmTypes is { Count: > 0 } asked ? asked : [AlarmType.MetricAlarm];
        var found = related is not null ? Related(view, scope, request) : Found(view, scope, request, types);
        var (page, next) = PagingToken.Cut(
            found
                .OrderBy(alarm => alarm.Key, StringComparer.Ordinal)
                .SkipWhile(alarm => after is not null && string.CompareOrdinal(alarm.Key, after) <= 0),
            request.MaxRecords ?? UsualPage,
            alarm => alarm.Key,
            request,
            context
        );
        AlarmStateRecord StateOf(AlarmRecord alarm) => view.Find(MetricsTables.AlarmStates, alarm.Key)!;
        return Task.FromResult(
            new DescribeAlarmsOutput
            {
                MetricAlarms =
                [
                    .. page.Where(alarm => alarm.Metric is not null)
                        .Select(alarm => AlarmDescription.OfMetric(alarm, StateOf(alarm)))
                        .Select(alarm => related is null ? alarm : Short(alarm, request)),
                ],
                CompositeAlarms =
                [
                    .. page.Where(alarm => alarm.Composite is not null)
                        .Select(alarm => AlarmDescription.OfComposite(alarm, StateOf(alarm)))
                        .Select(alarm => related is null ? alarm : Short(alarm, request)),
                ],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public Task<DescribeAlarmsForMetricOutput> DescribeAlarmsForMetricAsync(
        DescribeAlarmsForMetricInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var metric = AlarmReading.MetricOf(
            new MetricSettings
            {
                Namespace = request.Namespace,
                MetricName = request.MetricName,
                Dimensions = request.Dimensions ?? [],
                Period = 60,
                EvaluationPeriods = 1,
                Threshold = 0,
                ComparisonOperator = ComparisonOperator.GreaterThanThreshold,
            }
        );
        bool Matches(MetricSettings settings) =>
            settings.Metrics.Count == 0
            && AlarmReading.MetricOf(settings).Equals(metric)
            && (request.Statistic is null || request.Statistic == settings.Statistic)
            && (request.ExtendedStatistic is null || request.ExtendedStatistic == settings.ExtendedStatistic)
            && (request.Period is null || request.Period == settings.Period)
            && (request.Unit is null || request.Unit == settings.Unit);
        return Task.FromResult(
            new DescribeAlarmsForMetricOutput
            {
                MetricAlarms =
                [
                    .. view.Range(MetricsTables.Alarms, Scope.Of(context).Prefix)
                        .Where(alarm => alarm.Metric is { } settings && Matches(settings))
                        .Select(alarm =>
                            AlarmDescription.OfMetric(alarm, view.Find(MetricsTables.AlarmStates, alarm.Key)!)
                        ),
                ],
            }
        );
    }

    /// <inheritdoc/>
    /// <remarks>Only alarms on queries with several time series have contributors, and there are none here.</remarks>
    public Task<DescribeAlarmContributorsOutput> DescribeAlarmContributorsAsync(
        DescribeAlarmContributorsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (FindAlarm(_store.Current, Scope.Of(context), request.AlarmName!) is null)
            throw CloudWatchErrors.ResourceNotFoundException($"Alarm {request.AlarmName} does not exist");
        return request.NextToken is null
            ? Task.FromResult(new DescribeAlarmContributorsOutput { AlarmContributors = [] })
            : throw CloudWatchErrors.InvalidNextToken("The specified nextToken is invalid.");
    }

    /// <inheritdoc/>
    public Task<DescribeAlarmHistoryOutput> DescribeAlarmHistoryAsync(
        DescribeAlarmHistoryInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.AlarmContributorId is not null)
            throw AlarmErrors.NotSupported("AlarmContributorId");
        var (view, scope) = (_store.Current, Scope.Of(context));
        var after = After(request.NextToken, request, context);
        var types = request.AlarmTypes is { Count: > 0 } asked ? asked : [AlarmType.MetricAlarm];
        var items = request.AlarmName is { } name
            ? view.Where(MetricsTables.AlarmHistory, MetricsTables.HistoryOfAlarm, scope.Key(name))
            : view.Range(MetricsTables.AlarmHistory, scope.Prefix).Where(item => types.Contains(item.AlarmType));
        items = items.Where(item =>
            (request.AlarmTypes is not { Count: > 0 } || types.Contains(item.AlarmType))
            && (request.HistoryItemType is null || item.ItemType == request.HistoryItemType)
            && (request.StartDate is null || item.Time >= request.StartDate)
            && (request.EndDate is null || item.Time <= request.EndDate)
        );
        // Keys are in descending order of time.
        var ascending = request.ScanBy == ScanBy.TimestampAscending;
        items = ascending ? items.Reverse() : items;
        if (after is not null)
            items = items.SkipWhile(item =>
                string.CompareOrdinal(item.Key, after) is var order && (ascending ? order >= 0 : order <= 0)
            );
        var (page, next) = PagingToken.Cut(
            items,
            request.MaxRecords ?? LargestPage,
            item => item.Key,
            request,
            context
        );
        return Task.FromResult(
            new DescribeAlarmHistoryOutput
            {
                AlarmHistoryItems =
                [
                    .. page.Select(item => new AlarmHistoryItem
                    {
                        AlarmName = item.Alarm,
                        AlarmType = item.AlarmType,
                        Timestamp = item.Time,
                        HistoryItemType = item.ItemType,
                        HistorySummary = item.Summary,
                        HistoryData = item.Data,
                    }),
                ],
                NextToken = next,
            }
        );
    }

    private static string? After<TRequest>(string? token, TRequest request, CallContext context)
        where TRequest : IShape<TRequest> =>
        token is null
            ? null
            : PagingToken.Read(token, request, context)
                ?? throw CloudWatchErrors.InvalidNextToken("The specified nextToken is invalid.");

    private static IEnumerable<AlarmRecord> Found(
        View view,
        Scope scope,
        DescribeAlarmsInput request,
        IReadOnlyList<string> types
    )
    {
        var alarms = request.AlarmNames is { Count: > 0 } names
            ? names
                .Distinct()
                .Select(name => FindAlarm(view, scope, name))
                .OfType<AlarmRecord>()
                .DistinctBy(alarm => alarm.Name)
            : view.Range(MetricsTables.Alarms, scope.Key(request.AlarmNamePrefix ?? ""));
        return alarms.Where(alarm =>
            types.Contains(alarm.Type)
            && (request.StateValue is not { } state || view.Find(MetricsTables.AlarmStates, alarm.Key)?.Value == state)
            && (
                request.ActionPrefix is not { } prefix
                || alarm
                    .OkActions.Concat(alarm.AlarmActions)
                    .Concat(alarm.InsufficientDataActions)
                    .Any(action => action.StartsWith(prefix, StringComparison.Ordinal))
            )
        );
    }

    private static IEnumerable<AlarmRecord> Related(View view, Scope scope, DescribeAlarmsInput request)
    {
        var children = request.ChildrenOfAlarmName;
        var (own, other) = children is not null
            ? ("ChildrenOfAlarmName", request.ParentsOfAlarmName)
            : ("ParentsOfAlarmName", null);
        if (
            other is not null
            || request.AlarmNames is not null
            || request.AlarmNamePrefix is not null
            || request.AlarmTypes is not null
            || request.StateValue is not null
            || request.ActionPrefix is not null
        )
            throw AlarmErrors.Invalid($"{own} cannot be specified together with other parameters");
        var name = children ?? request.ParentsOfAlarmName!;
        if (FindAlarm(view, scope, name) is not { } alarm)
            return [];
        return children is null
            ? CompositeReconciler.ParentsByRule(view, scope, alarm.Name)
            : (alarm.Composite?.Children ?? []).Select(child => FindAlarm(view, scope, child)).OfType<AlarmRecord>();
    }

    // Of children AWS tells how they are, of parents only that they are.
    private static MetricAlarm Short(MetricAlarm alarm, DescribeAlarmsInput request) =>
        new()
        {
            AlarmName = alarm.AlarmName,
            AlarmArn = alarm.AlarmArn,
            StateValue = request.ChildrenOfAlarmName is null ? null : alarm.StateValue,
            StateUpdatedTimestamp = request.ChildrenOfAlarmName is null ? null : alarm.StateUpdatedTimestamp,
        };

    private static CompositeAlarm Short(CompositeAlarm alarm, DescribeAlarmsInput request) =>
        new()
        {
            AlarmName = alarm.AlarmName,
            AlarmArn = alarm.AlarmArn,
            StateValue = request.ChildrenOfAlarmName is null ? null : alarm.StateValue,
            StateUpdatedTimestamp = request.ChildrenOfAlarmName is null ? null : alarm.StateUpdatedTimestamp,
        };
}
