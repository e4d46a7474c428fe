using Estiba.ApplicationAutoScaling.Policies;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.Contracts.CloudWatch;

namespace Estiba.ApplicationAutoScaling.TargetTracking;

/// <summary>The alarms that a policy makes for itself, as AWS makes them for ECS. Pure.</summary>
internal static class TrackingAlarms
{
    private const string High = "AlarmHigh";
    private const string Low = "AlarmLow";
    private const int Period = 60;
    private const int PeriodsAbove = 3;
    private const int PeriodsBelow = 15;

    /// <summary>Names for the alarms of a policy: one for scaling out, and one for scaling in where it may.</summary>
    internal static IReadOnlyList<string> NamesFor(PolicyRecord policy, UniqueIds ids)
    {
        string NameOf(string kind) => $"TargetTracking-{policy.ResourceId}-{kind}-{ids.Next()}";
        return policy.Tracking!.DisableScaleIn == true ? [NameOf(High)] : [NameOf(High), NameOf(Low)];
    }

    /// <summary>The alarms of a policy, by the names that it has for them.</summary>
    internal static IReadOnlyList<PutMetricAlarmInput> Of(PolicyRecord policy) =>
        [
            .. policy.Alarms.Select(name =>
                name.StartsWith($"TargetTracking-{policy.ResourceId}-{High}-", StringComparison.Ordinal)
                    ? Alarm(policy, name) with
                    {
                        ComparisonOperator = ComparisonOperator.GreaterThanThreshold,
                        Threshold = policy.Tracking!.TargetValue,
                        EvaluationPeriods = PeriodsAbove,
                    }
                    : Alarm(policy, name) with
                    {
                        ComparisonOperator = ComparisonOperator.LessThanThreshold,
                        Threshold = TrackingDecision.LowOf(policy.Tracking!.TargetValue!.Value),
                        EvaluationPeriods = PeriodsBelow,
                    }
            ),
        ];

    private static PutMetricAlarmInput Alarm(PolicyRecord policy, string name) =>
        Measured(policy) with
        {
            AlarmName = name,
            AlarmDescription = $"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy.ActionArn}.",
            ActionsEnabled = true,
            AlarmActions = [policy.ActionArn],
        };

    private static PutMetricAlarmInput Measured(PolicyRecord policy) =>
        policy.Tracking! switch
        {
            { PredefinedMetricSpecification: { ResourceLabel: { } label } } => OfRequests(
                ResourceLabel.TryParse(label)!
            ),
            { PredefinedMetricSpecification: { } predefined } => OfService(policy, predefined),
            { CustomizedMetricSpecification: { Metrics: { } queries } } => new PutMetricAlarmInput
            {
                Metrics = [.. queries.Select(QueryOf)],
            },
            var customized => OfMetric(customized.CustomizedMetricSpecification!),
        };

    private static PutMetricAlarmInput OfService(PolicyRecord policy, PredefinedMetricSpecification metric)
    {
        var parts = policy.ResourceId.Split('/');
        return new PutMetricAlarmInput
        {
            Namespace = "AWS/ECS",
            MetricName =
                metric.PredefinedMetricType == MetricType.ECSServiceAverageMemoryUtilization
                    ? "MemoryUtilization"
                    : "CPUUtilization",
            Dimensions =
            [
                new Dimension { Name = "ClusterName", Value = parts[1] },
                new Dimension { Name = "ServiceName", Value = parts[2] },
            ],
            Statistic = Statistic.Average,
            Unit = StandardUnit.Percent,
            Period = Period,
        };
    }

    private static PutMetricAlarmInput OfRequests(ResourceLabel label) =>
        new()
        {
            Namespace = "AWS/ApplicationELB",
            MetricName = "RequestCountPerTarget",
            Dimensions =
            [
                new Dimension { Name = "LoadBalancer", Value = label.LoadBalancer },
                new Dimension { Name = "TargetGroup", Value = label.TargetGroup },
            ],
            Statistic = Statistic.Sum,
            Period = Period,
        };

    private static PutMetricAlarmInput OfMetric(CustomizedMetricSpecification metric) =>
        new()
        {
            Namespace = metric.Namespace,
            MetricName = metric.MetricName,
            Dimensions =
            [
                .. (metric.Dimensions ?? []).Select(dimension => new Dimension
                {
                    Name = dimension.Name,
                    Value = dimension.Value,
                }),
            ],
            Statistic = metric.Statistic,
            Unit = metric.Unit,
            Period = Period,
        };

    private static MetricDataQuery QueryOf(TargetTrackingMetricDataQuery query) =>
        new()
        {
            Id = query.Id,
            Expression = query.Expression,
            Label = query.Label,
            ReturnData = query.ReturnData ?? true,
            Period = query.Expression is null ? null : Period,
            MetricStat = query.MetricStat is { } stat
                ? new MetricStat
                {
                    Stat = stat.Stat,
                    Unit = stat.Unit,
                    Period = Period,
                    Metric = new Metric
                    {
                        Namespace = stat.Metric!.Namespace,
                        MetricName = stat.Metric.MetricName,
                        Dimensions =
                        [
                            .. (stat.Metric.Dimensions ?? []).Select(dimension => new Dimension
                            {
                                Name = dimension.Name,
                                Value = dimension.Value,
                            }),
                        ],
                    },
                }
                : null,
        };
}
