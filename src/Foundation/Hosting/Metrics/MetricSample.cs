using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Hosting.Metrics;

/// <summary>What a service of the platform tells CloudWatch about a minute.</summary>
/// <param name="Scope">Whose metric it is.</param>
/// <param name="Namespace">For example <c>AWS/ECS</c>.</param>
/// <param name="Datum">The metric and its values.</param>
public sealed record MetricSample(Scope Scope, string Namespace, MetricDatum Datum)
{
    /// <summary>A sample of values that were spread over a minute, or over the parts of what is measured.</summary>
    /// <param name="scope">Whose metric it is.</param>
    /// <param name="nameSpace">For example <c>AWS/ECS</c>.</param>
    /// <param name="name">For example <c>CPUUtilization</c>.</param>
    /// <param name="unit">One of <see cref="StandardUnit"/>.</param>
    /// <param name="dimensions">What tells it from others of its name.</param>
    /// <param name="minute">The minute's beginning.</param>
    /// <param name="spread">The values; at least one.</param>
    public static MetricSample Of(
        Scope scope,
        string nameSpace,
        string name,
        string unit,
        IReadOnlyList<Dimension> dimensions,
        DateTimeOffset minute,
        Spread spread
    ) =>
        new(
            scope,
            nameSpace,
            new MetricDatum
            {
                MetricName = name,
                Unit = unit,
                Dimensions = dimensions,
                Timestamp = minute,
                StatisticValues = new StatisticSet
                {
                    SampleCount = spread.Count,
                    Sum = spread.Sum,
                    Minimum = spread.Minimum,
                    Maximum = spread.Maximum,
                },
            }
        );
}

/// <summary>Values, of which the number, the sum, the least and the greatest are kept.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Sum">All added up.</param>
/// <param name="Minimum">The least; 0 without any.</param>
/// <param name="Maximum">The greatest; 0 without any.</param>
public readonly record struct Spread(double Count, double Sum, double Minimum, double Maximum)
{
    /// <summary>The sum by the number; 0 without any.</summary>
    public double Mean => Count > 0 ? Sum / Count : 0;

    /// <summary>One value.</summary>
    public static Spread Of(double value) => new(1, value, value, value);

    /// <summary>The values of both.</summary>
    public static Spread operator +(Spread left, Spread right) =>
        left.Count <= 0 ? right
        : right.Count <= 0 ? left
        : new(
            left.Count + right.Count,
            left.Sum + right.Sum,
            Math.Min(left.Minimum, right.Minimum),
            Math.Max(left.Maximum, right.Maximum)
        );

    /// <summary>One value more.</summary>
    public static Spread operator +(Spread left, double value) => left + Of(value);

    /// <summary>The values of both.</summary>
    public static Spread Add(Spread left, Spread right) => left + right;
}
