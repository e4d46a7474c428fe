using Estiba.Contracts;
using Estiba.Metrics.Series;

namespace Estiba.Metrics.Expressions;

/// <summary>Evaluates the expressions of metric math, those of <c>GetMetricData</c> and of alarms.</summary>
/// <remarks>"Using math expressions with CloudWatch metrics", Amazon CloudWatch User Guide. The folder is not called
/// Math, since that would hide <see cref="System.Math"/> in the whole project.</remarks>
internal interface IMetricMath
{
    /// <summary>The ids that an expression refers to, in the order in which they stand in it.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>: it is no expression.</exception>
    IReadOnlyList<string> References(string expression);

    /// <summary>The time series that an expression results in: one, or several where it is of several.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>: it cannot be evaluated.</exception>
    IReadOnlyList<MathSeries> Evaluate(string expression, MathInput input);
}

/// <summary>What an expression is evaluated over.</summary>
internal sealed record MathInput
{
    /// <summary>Whose metrics <c>SEARCH</c> finds.</summary>
    public required Scope Scope { get; init; }

    /// <summary>In seconds: that of the query; null where the expression's series say it.</summary>
    public int? Period { get; init; }

    /// <summary>Seconds since 1970, inclusive.</summary>
    public required long From { get; init; }

    /// <summary>Seconds since 1970, exclusive.</summary>
    public required long Until { get; init; }

    /// <summary>The series of another query, by its id; evaluated when it is asked for. Every id that
    /// <see cref="IMetricMath.References"/> gave is known.</summary>
    public required Func<string, IReadOnlyList<MathSeries>> Resolve { get; init; }

    /// <summary>All metrics of the request, for <c>METRICS()</c>: id and series.</summary>
    public required Func<IReadOnlyList<(string Id, MathSeries Series)>> All { get; init; }
}

/// <summary>A time series with its name.</summary>
/// <param name="Label">What it is called where the query has no label.</param>
/// <param name="Period">In seconds.</param>
/// <param name="Points">In the order of time.</param>
/// <param name="Metric">The metric that it is of; null where several went into it.</param>
/// <param name="Statistic">The statistic of that metric, as it was asked for.</param>
internal sealed record MathSeries(
    string Label,
    int Period,
    IReadOnlyList<Datapoint> Points,
    Metric? Metric = null,
    string? Statistic = null
);
