using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Expressions;
using Statistic = Estiba.Metrics.Series.Statistic;

namespace Estiba.Metrics.Alarms;

/// <summary>Reads what a metric alarm watches from its request.</summary>
internal static class MetricSettingsReader
{
    private const int MostQueries = 20;
    private const int MostMetrics = 10;
    private const int Hour = 3600;
    private const int Day = 86_400;

    private static readonly string[] Comparisons =
    [
        ComparisonOperator.GreaterThanOrEqualToThreshold,
        ComparisonOperator.GreaterThanThreshold,
        ComparisonOperator.LessThanOrEqualToThreshold,
        ComparisonOperator.LessThanThreshold,
    ];

    /// <summary>Checks a request and reads it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="account">The caller's account.</param>
    internal static MetricSettings Read(PutMetricAlarmInput request, string account)
    {
        RefuseUnsupported(request);
        var periods = request.EvaluationPeriods ?? throw AlarmErrors.Missing("EvaluationPeriods");
        var comparison = request.ComparisonOperator ?? throw AlarmErrors.Missing("ComparisonOperator");
        if (!Comparisons.Contains(comparison))
            throw AlarmErrors.Invalid(
                $"The comparison operator {comparison} needs anomaly detection, which is not supported by Estiba."
            );
        var threshold = request.Threshold ?? throw AlarmErrors.Missing("Threshold");
        if (!double.IsFinite(threshold))
            throw AlarmErrors.Invalid($"The value {threshold} for parameter Threshold is not supported.");
        if (request.DatapointsToAlarm > periods)
            throw AlarmErrors.Invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods");
        CheckOption("TreatMissingData", request.TreatMissingData, ["breaching", "notBreaching", "ignore", "missing"]);
        CheckOption(
            "EvaluateLowSampleCountPercentile",
            request.EvaluateLowSampleCountPercentile,
            ["evaluate", "ignore"]
        );
        var period = request.Metrics is null ? PeriodOfMetric(request) : PeriodOfMetrics(request, account);
        CheckRange(period, periods);
        return new MetricSettings
        {
            Namespace = request.Namespace,
            MetricName = request.MetricName,
            Dimensions = request.Dimensions ?? [],
            Statistic = request.Statistic,
            ExtendedStatistic = request.ExtendedStatistic,
            Period = period,
            Unit = request.Unit,
            Metrics = request.Metrics ?? [],
            EvaluationPeriods = periods,
            DatapointsToAlarm = request.DatapointsToAlarm,
            Threshold = threshold,
            ComparisonOperator = comparison,
            TreatMissingData = request.TreatMissingData,
            EvaluateLowSampleCountPercentile = request.EvaluateLowSampleCountPercentile,
        };
    }

    private static void RefuseUnsupported(PutMetricAlarmInput request)
    {
        if (request.EvaluationCriteria is not null)
            throw AlarmErrors.NotSupported("EvaluationCriteria");
        if (request.EvaluationInterval is not null)
            throw AlarmErrors.NotSupported("EvaluationInterval");
        if (request.EvaluationWindow is not null)
            throw AlarmErrors.NotSupported("EvaluationWindow");
        if (request.WarmUpConfiguration is not null)
            throw AlarmErrors.NotSupported("WarmUpConfiguration");
        if (request.ActionConfiguration is not null)
            throw AlarmErrors.NotSupported("ActionConfiguration");
        if (request.ThresholdMetricId is not null)
            throw AlarmErrors.Invalid(
                "The parameter ThresholdMetricId needs anomaly detection, which is not supported by Estiba."
            );
    }

    private static int PeriodOfMetric(PutMetricAlarmInput request)
    {
        if (request.MetricName is null)
            throw AlarmErrors.Missing("MetricName");
        if (request.Namespace is null)
            throw AlarmErrors.Missing("Namespace");
        if (request.Statistic is not null && request.ExtendedStatistic is not null)
            throw AlarmErrors.Both("Statistic", "ExtendedStatistic");
        if (request.Statistic is null && request.ExtendedStatistic is null)
            throw AlarmErrors.Missing("Statistic");
        if (request.ExtendedStatistic is { } extended && !IsExtended(extended))
            throw CloudWatchErrors.InvalidParameterValueException(
                $"The value {extended} for parameter ExtendedStatistic is not supported."
            );
        if (request.Dimensions?.Select(it => it.Name).Distinct().Count() < request.Dimensions?.Count)
            throw AlarmErrors.Invalid("The parameter Dimensions has a name twice.");
        var period = request.Period ?? throw AlarmErrors.Missing("Period");
        return IsPeriod(period) ? period : throw AlarmErrors.Invalid("Period must be 10, 20, 30 or a multiple of 60");
    }

    private static bool IsExtended(string text) =>
        Statistic.TryParse(text, out var statistic)
        && statistic.Kind
            is not (
                Series.StatisticKind.SampleCount
                or Series.StatisticKind.Sum
                or Series.StatisticKind.Average
                or Series.StatisticKind.Minimum
                or Series.StatisticKind.Maximum
            );

    private static bool IsPeriod(int period) => period is 10 or 20 or 30 || (period > 0 && period % 60 == 0);

    private static int PeriodOfMetrics(PutMetricAlarmInput request, string account)
    {
        RefuseBeside("MetricName", request.MetricName);
        RefuseBeside("Namespace", request.Namespace);
        RefuseBeside("Statistic", request.Statistic);
        RefuseBeside("ExtendedStatistic", request.ExtendedStatistic);
        RefuseBeside("Dimensions", request.Dimensions is { Count: > 0 } ? request.Dimensions : null);
        RefuseBeside("Period", request.Period);
        RefuseBeside("Unit", request.Unit);
        var metrics = request.Metrics!;
        if (metrics.Count is 0 or > MostQueries)
            throw AlarmErrors.Invalid($"The metrics list must have between 1 and {MostQueries} elements.");
        if (metrics.FirstOrDefault(query => query.AccountId is { } other && other != account) is not null)
            throw AlarmErrors.Invalid("Metrics of other accounts are not supported by Estiba.");
        var evaluation = MetricDataEvaluation.Of(metrics, "Metrics");
        if (metrics.Count(query => query.ReturnData ?? true) != 1)
            throw AlarmErrors.Invalid("Exactly one element of the metrics list should return data.");
        if (evaluation.Functions.Contains("SEARCH"))
            throw AlarmErrors.Invalid("SEARCH is not supported on Metric Alarms.");
        if (evaluation.Functions.FirstOrDefault(MathFunctions.Unsupported.Contains) is { } function)
            throw AlarmErrors.Invalid($"The function {function} is not supported by Estiba.");
        var periods = metrics.Select(query => query.MetricStat?.Period).OfType<int>().Distinct().ToList();
        if (metrics.Count(query => query.MetricStat is not null) > MostMetrics)
            throw AlarmErrors.Invalid($"An alarm's expression can have at most {MostMetrics} metrics.");
        if (periods.Count != 1)
            throw AlarmErrors.Invalid(
                periods.Count == 0
                    ? "The metrics list must have a metric."
                    : "All metrics of the metrics list must have the same period."
            );
        return IsPeriod(periods[0])
            ? periods[0]
            : throw AlarmErrors.Invalid("Period must be 10, 20, 30 or a multiple of 60");
    }

    private static void RefuseBeside(string parameter, object? value)
    {
        if (value is not null)
            throw AlarmErrors.Both(parameter, "Metrics");
    }

    private static void CheckRange(int period, int periods)
    {
        var seconds = (long)period * periods;
        if (period < Hour && seconds > Day)
            throw AlarmErrors.Invalid(
                "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)."
            );
        if (seconds > 7 * Day)
            throw AlarmErrors.Invalid(
                "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800)."
            );
    }

    private static void CheckOption(string parameter, string? value, string[] options)
    {
        if (value is not null && !options.Contains(value))
            throw AlarmErrors.Invalid(
                $"Option {value} is not supported. Supported options for parameter {parameter} are"
                    + $" {string.Join(", ", options[..^1])} and {options[^1]}."
            );
    }
}
