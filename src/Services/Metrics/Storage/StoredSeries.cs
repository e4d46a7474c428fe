using Estiba.Metrics.Series;

namespace Estiba.Metrics.Storage;

/// <summary>The values of one metric in one unit: what is kept under one id.</summary>
/// <param name="Id">Never used again.</param>
/// <param name="Scope">Whose it is.</param>
/// <param name="Metric">What it measures.</param>
/// <param name="Unit">In what.</param>
/// <param name="CreatedAt">When its first value came. Seconds since 1970.</param>
internal sealed record StoredSeries(uint Id, Scope Scope, Metric Metric, string Unit, long CreatedAt)
{
    private long _lastValue = CreatedAt;

    /// <summary>The time of its newest value; of a series whose values are all older than 15 days only that there was
    /// one since then. Seconds since 1970.</summary>
    public long LastValue => Volatile.Read(ref _lastValue);

    /// <summary>Notes a value.</summary>
    public void Note(long time)
    {
        for (var known = LastValue; known < time; )
        {
            var seen = Interlocked.CompareExchange(ref _lastValue, time, known);
            if (seen == known)
                return;
            known = seen;
        }
    }
}
