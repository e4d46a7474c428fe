using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics.Alarms;

/// <summary>An alarm as it was put: what it watches, and what it does. How it is, is an
/// <see cref="AlarmStateRecord"/>, which others write.</summary>
internal sealed record AlarmRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Its name, unique among alarms of all types.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Whether its actions are carried out.</summary>
    public bool ActionsEnabled { get; init; } = true;

    /// <summary>What is done when it becomes <c>OK</c>.</summary>
    public IReadOnlyList<string> OkActions { get; init; } = [];

    /// <summary>What is done when it becomes <c>ALARM</c>.</summary>
    public IReadOnlyList<string> AlarmActions { get; init; } = [];

    /// <summary>What is done when it becomes <c>INSUFFICIENT_DATA</c>.</summary>
    public IReadOnlyList<string> InsufficientDataActions { get; init; } = [];

    /// <summary>When it was put last.</summary>
    public required DateTimeOffset ConfiguredAt { get; init; }

    /// <summary>What a metric alarm watches; null of a composite alarm.</summary>
    public MetricSettings? Metric { get; init; }

    /// <summary>What a composite alarm watches; null of a metric alarm.</summary>
    public CompositeSettings? Composite { get; init; }

    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Name);

    /// <summary>Its ARN.</summary>
    public string Arn => ArnOf(Scope, Name);

    /// <summary><c>MetricAlarm</c> or <c>CompositeAlarm</c>.</summary>
    public string Type => Composite is null ? AlarmType.MetricAlarm : AlarmType.CompositeAlarm;

    /// <summary>What is done when it comes into a state.</summary>
    public IReadOnlyList<string> ActionsFor(string state) =>
        state switch
        {
            StateValue.Ok => OkActions,
            StateValue.Alarm => AlarmActions,
            _ => InsufficientDataActions,
        };

    /// <summary>The ARN of an alarm.</summary>
    public static string ArnOf(Scope scope, string name) =>
        new Arn("cloudwatch", scope.Region, scope.AccountId, $"alarm:{name}").ToString();

    /// <summary>The name in an alarm's ARN, or the text itself where it is a name; null where it is the ARN of an alarm
    /// elsewhere.</summary>
    public static string? NameIn(Scope scope, string text)
    {
        if (!Contracts.Arn.TryParse(text, out var arn) || arn.Service != "cloudwatch" || arn.ResourceType != "alarm")
            return text;
        return arn.AccountId == scope.AccountId && arn.Region == scope.Region ? arn.ResourceName : null;
    }
}

/// <summary>What a metric alarm watches.</summary>
internal sealed record MetricSettings
{
    /// <summary>The metric's namespace; null of an alarm on <see cref="Metrics"/>.</summary>
    public string? Namespace { get; init; }

    /// <summary>The metric's name; null of an alarm on <see cref="Metrics"/>.</summary>
    public string? MetricName { get; init; }

    /// <summary>The metric's dimensions.</summary>
    public IReadOnlyList<Dimension> Dimensions { get; init; } = [];

    /// <summary>The statistic, unless it is an extended one.</summary>
    public string? Statistic { get; init; }

    /// <summary>A percentile, a trimmed mean and the like.</summary>
    public string? ExtendedStatistic { get; init; }

    /// <summary>In seconds, of the metric or of all of <see cref="Metrics"/>.</summary>
    public required int Period { get; init; }

    /// <summary>Only values with this unit; null for all.</summary>
    public string? Unit { get; init; }

    /// <summary>Metrics and expressions, one of which the alarm watches; empty of an alarm on a single
    /// metric.</summary>
    public IReadOnlyList<MetricDataQuery> Metrics { get; init; } = [];

    /// <summary>How many periods are looked at.</summary>
    public required int EvaluationPeriods { get; init; }

    /// <summary>How many of them must breach; null for all.</summary>
    public int? DatapointsToAlarm { get; init; }

    /// <summary>What values are compared with.</summary>
    public required double Threshold { get; init; }

    /// <summary>How they are compared.</summary>
    public required string ComparisonOperator { get; init; }

    /// <summary><c>breaching</c>, <c>notBreaching</c>, <c>ignore</c> or <c>missing</c>; null as the last.</summary>
    public string? TreatMissingData { get; init; }

    /// <summary><c>evaluate</c> or <c>ignore</c>; null as the first.</summary>
    public string? EvaluateLowSampleCountPercentile { get; init; }

    /// <summary>How many datapoints must breach.</summary>
    public int Needed => DatapointsToAlarm ?? EvaluationPeriods;

    /// <summary>How often it is looked at, in seconds: an alarm of a short period six times as often.</summary>
    public int Rhythm => Period < 60 ? 10 : 60;
}

/// <summary>What a composite alarm watches.</summary>
internal sealed record CompositeSettings
{
    /// <summary>When it is in alarm.</summary>
    public required string Rule { get; init; }

    /// <summary>The names of the alarms in its rule.</summary>
    public IReadOnlyList<string> Children { get; init; } = [];

    /// <summary>The alarm that keeps its actions back, as it was named; null for none.</summary>
    public string? Suppressor { get; init; }

    /// <summary>In seconds: how long actions wait for the suppressor.</summary>
    public int? WaitPeriod { get; init; }

    /// <summary>In seconds: how long actions stay back after the suppressor.</summary>
    public int? ExtensionPeriod { get; init; }
}
