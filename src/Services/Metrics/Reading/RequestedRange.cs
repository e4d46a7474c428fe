using Estiba.Contracts;

namespace Estiba.Metrics.Reading;

/// <summary>The time that a request asks for.</summary>
/// <param name="From">Seconds since 1970, inclusive: where its first period begins.</param>
/// <param name="Until">Seconds since 1970, exclusive.</param>
internal readonly record struct RequestedRange(long From, long Until)
{
    private const long Day = 86400;

    /// <summary>Rounds the start down as CloudWatch does ("StartTime", GetMetricStatistics and GetMetricData): to the
    /// minute, of what is older than 15 days to five minutes, of what is older than 63 days to the hour; and where
    /// periods are shorter than a minute, to one of these.</summary>
    /// <param name="start">What was asked for.</param>
    /// <param name="end">What was asked for.</param>
    /// <param name="period">The shortest period. Seconds.</param>
    /// <param name="now">When it was asked for.</param>
    internal static RequestedRange Of(DateTimeOffset start, DateTimeOffset end, int period, DateTimeOffset now)
    {
        var (from, age) = (start.ToUnixTimeSeconds(), (now - start).TotalSeconds);
        long step =
            period < 60 ? period
            : age > 63 * Day ? 3600
            : age > 15 * Day ? 300
            : 60;
        // A part of a second at the end is within.
        var until = end.ToUnixTimeSeconds() + (end.Ticks % TimeSpan.TicksPerSecond == 0 ? 0 : 1);
        return new RequestedRange(from - (((from % step) + step) % step), until);
    }

    /// <summary>Refuses a range that has no time in it.</summary>
    internal static void Check(DateTimeOffset start, DateTimeOffset end, Func<string, AwsException> fault)
    {
        if (start >= end)
            throw fault("The parameter StartTime must be less than the parameter EndTime.");
    }
}
