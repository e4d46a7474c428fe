using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.CloudWatch;
using Dimension = Estiba.Contracts.CloudWatch.Dimension;
using Metric = Estiba.Contracts.CloudWatch.Metric;
using MetricDataQuery = Estiba.Contracts.CloudWatch.MetricDataQuery;
using MetricStat = Estiba.Contracts.CloudWatch.MetricStat;

namespace Estiba.AutoScaling.Policies;

/// <summary>The alarms that a policy makes for itself, as AWS makes them. Pure.</summary>
internal static class TrackingAlarms
{
    private const string High = "AlarmHigh";
    private const string Low = "AlarmLow";
    private const int Period = 60;
    private const int PeriodsAbove = 3;
    private const int PeriodsBelow = 15;

    /// <summary>Names for the alarms of a policy: one for scaling out, and one for scaling in where it may.</summary>
    internal static IReadOnlyList<string> NamesFor(string group, TargetTrackingConfiguration target, UniqueIds ids)
    {
        string NameOf(string kind) => $"TargetTracking-{group}-{kind}-{ids.Next()}";
        return target.DisableScaleIn == true ? [NameOf(High)] : [NameOf(High), NameOf(Low)];
    }

    /// <summary>The alarms of a policy, by the names that it has for them.</summary>
    internal static IReadOnlyList<PutMetricAlarmInput> Of(PolicyRecord policy) =>
        [
            .. policy.Alarms.Select(name =>
                name.StartsWith($"TargetTracking-{policy.Group}-{High}-", StringComparison.Ordinal)
                    ? Alarm(policy, name) with
                    {
                        ComparisonOperator = ComparisonOperator.GreaterThanThreshold,
                        Threshold = policy.Target!.TargetValue,
                        EvaluationPeriods = PolicyDecision.IsExact(policy.Target) ? 1 : PeriodsAbove,
                    }
                    : Alarm(policy, name) with
                    {
                        ComparisonOperator = ComparisonOperator.LessThanThreshold,
                        Threshold = PolicyDecision.LowOf(policy.Target!),
                        EvaluationPeriods = PeriodsBelow,
                    }
            ),
        ];

    private static PutMetricAlarmInput Alarm(PolicyRecord policy, string name) =>
        Measured(policy) with
        {
            AlarmName = name,
            AlarmDescription = $"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy.Arn}.",
            ActionsEnabled = policy.IsEnabled,
            AlarmActions = [policy.Arn],
        };

    private static PutMetricAlarmInput Measured(PolicyRecord policy) =>
        policy.Target! switch
        {
            { PredefinedMetricSpecification: { ResourceLabel: { } label } } => OfRequests(label),
            { PredefinedMetricSpecification: { } predefined } => new PutMetricAlarmInput
            {
                Namespace = "AWS/EC2",
                MetricName = predefined.PredefinedMetricType switch
                {
                    MetricType.ASGAverageNetworkIn => "NetworkIn",
                    MetricType.ASGAverageNetworkOut => "NetworkOut",
                    _ => "CPUUtilization",
                },
                Dimensions = [new Dimension { Name = "AutoScalingGroupName", Value = policy.Group }],
                Statistic = Statistic.Average,
                Period = Period,
            },
            { CustomizedMetricSpecification: { Metrics: { } queries } } => new PutMetricAlarmInput
            {
                Metrics = [.. queries.Select(QueryOf)],
            },
            var customized => OfMetric(customized.CustomizedMetricSpecification!),
        };

    /// <summary>The load balancer and target group of a label <c>app/NAME/ID/targetgroup/NAME/ID</c>; null where it is
    /// none.</summary>
    internal static (string LoadBalancer, string TargetGroup)? PartsOf(string label) =>
        label.Split('/') is ["app", var name, var id, "targetgroup", var group, var groupId]
            ? ($"app/{name}/{id}", $"targetgroup/{group}/{groupId}")
            : null;

    private static PutMetricAlarmInput OfRequests(string label)
    {
        var (balancer, group) = PartsOf(label)!.Value;
        return new PutMetricAlarmInput
        {
            Namespace = "AWS/ApplicationELB",
            MetricName = "RequestCountPerTarget",
            Dimensions =
            [
                new Dimension { Name = "LoadBalancer", Value = balancer },
                new Dimension { Name = "TargetGroup", Value = group },
            ],
            Statistic = Statistic.Sum,
            Period = Period,
        };
    }

    private static PutMetricAlarmInput OfMetric(CustomizedMetricSpecification metric) =>
        new()
        {
            Namespace = metric.Namespace,
            MetricName = metric.MetricName,
            Dimensions = DimensionsOf(metric.Dimensions),
            Statistic = metric.Statistic,
            Unit = metric.Unit,
            Period = metric.Period ?? Period,
        };

    private static MetricDataQuery QueryOf(TargetTrackingMetricDataQuery query) =>
        new()
        {
            Id = query.Id,
            Expression = query.Expression,
            Label = query.Label,
            ReturnData = query.ReturnData ?? true,
            Period = query.Expression is null ? null : query.Period ?? Period,
            MetricStat = query.MetricStat is { } stat
                ? new MetricStat
                {
                    Stat = stat.Stat,
                    Unit = stat.Unit,
                    Period = stat.Period ?? Period,
                    Metric = new Metric
                    {
                        Namespace = stat.Metric!.Namespace,
                        MetricName = stat.Metric.MetricName,
                        Dimensions = DimensionsOf(stat.Metric.Dimensions),
                    },
                }
                : null,
        };

    private static IReadOnlyList<Dimension> DimensionsOf(IReadOnlyList<MetricDimension>? dimensions) =>
        [.. (dimensions ?? []).Select(each => new Dimension { Name = each.Name, Value = each.Value })];
}
