using Estiba.Contracts.Tcs;

namespace Estiba.Agent.Telemetry;

/// <summary>The least, the most, the sum and the number of the readings of one interval.</summary>
internal sealed class StatsWindow
{
    private double least;
    private double most;
    private double sum;
    private int count;

    public void Add(double value)
    {
        least = count == 0 ? value : Math.Min(least, value);
        most = count == 0 ? value : Math.Max(most, value);
        sum += value;
        count++;
    }

    public void Clear() => (least, most, sum, count) = (0, 0, 0, 0);

    public CWStatsSet? ToStatsSet() => count == 0 ? null : new CWStatsSet { Min = least, Max = most, Sum = sum, SampleCount = count };

    public ULongStatsSet? ToULongStatsSet() => count == 0 ? null : new ULongStatsSet { Min = (long)least, Max = (long)most, Sum = (long)sum, SampleCount = count };
}
