namespace Estiba.Metrics.Series;

/// <summary>What is kept of the values of one second, minute or longer: how many, their sum, the least, the greatest,
/// and which they were as far as that is known.</summary>
/// <remarks>
/// Values are unknown when they came as a set of statistics, or when one of them was negative ("Percentile statistics
/// are not available for metrics when any of the metric values are negative numbers", GetMetricStatistics). Where the
/// least is the greatest they are known anyway, and nothing more is kept.
/// </remarks>
internal struct Summary
{
    /// <summary>How many values there were; 0 for nothing.</summary>
    public double Count;

    /// <summary>All values added up.</summary>
    public double Sum;

    /// <summary>The least.</summary>
    public double Minimum;

    /// <summary>The greatest.</summary>
    public double Maximum;

    /// <summary>The values, where they differ and are known.</summary>
    public Distribution? Values;

    /// <summary>Whether there is anything.</summary>
    public readonly bool IsEmpty => Count == 0;

    /// <summary>Whether all values are known, so that there are percentiles of them.</summary>
    public readonly bool HasValues => Count > 0 && Minimum >= 0 && (Minimum == Maximum || Values is not null);

    /// <summary>One value, so many times.</summary>
    public static Summary Of(double value, double count = 1) =>
        new()
        {
            Count = count,
            Sum = value * count,
            Minimum = value,
            Maximum = value,
        };

    /// <summary>Adds other values.</summary>
    public void Add(in Summary other)
    {
        if (other.IsEmpty)
            return;
        if (IsEmpty)
        {
            this = other;
            Values = other.Values?.Copy();
            return;
        }

        var hadValues = HasValues;
        var (minimum, count) = (Minimum, Count);
        Count += other.Count;
        Sum += other.Sum;
        Minimum = Math.Min(Minimum, other.Minimum);
        Maximum = Math.Max(Maximum, other.Maximum);
        if (!hadValues || !other.HasValues)
        {
            Values = null;
        }
        else if (Minimum < Maximum)
        {
            Values ??= Distribution.Of(minimum, count);
            if (other.Values is not null)
                Values.Add(other.Values);
            else
                Values.Add(other.Minimum, other.Count);
        }
    }
}
