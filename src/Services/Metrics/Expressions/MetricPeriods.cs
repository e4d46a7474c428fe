namespace Estiba.Metrics.Expressions;

/// <summary>Which periods metrics can be asked for.</summary>
internal static class MetricPeriods
{
    /// <summary>Whether a number of seconds is a period.</summary>
    internal static bool IsValid(int period) => period is 1 or 5 or 10 or 20 or 30 || (period > 0 && period % 60 == 0);
}
