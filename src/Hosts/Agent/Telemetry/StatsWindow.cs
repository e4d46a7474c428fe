using Estiba.Contracts.Tcs;

namespace Estiba.Agent.Telemetry;

/// <summary>The least, the most, the sum and the number of the readings of one interval.</summary>
internal sealed class StatsWindow
{
    private double _least;
    private double _most;
    private double _sum;
    private int _count;

    public void Add(double value)
    {
        _least = _count == 0 ? value : Math.Min(_least, value);
        _most = _count == 0 ? value : Math.Max(_most, value);
        _sum += value;
        _count++;
    }

    public void Clear() => (_least, _most, _sum, _count) = (0, 0, 0, 0);

    public CWStatsSet? ToStatsSet() =>
        _count == 0
            ? null
            : new CWStatsSet
            {
                Min = _least,
                Max = _most,
                Sum = _sum,
                SampleCount = _count,
            };

    public ULongStatsSet? ToULongStatsSet() =>
        _count == 0
            ? null
            : new ULongStatsSet
            {
                Min = (long)_least,
                Max = (long)_most,
                Sum = (long)_sum,
                SampleCount = _count,
            };
}
