namespace Estiba.Metrics.Storage;

/// <summary>How finely, and how long, values are kept.</summary>
/// <remarks>"GetMetricStatistics" of the API reference: less than a minute for three hours, minutes for 15 days, five
/// minutes for 63 days, hours for 455 days.</remarks>
/// <param name="Name">Its folder.</param>
/// <param name="Resolution">Seconds.</param>
/// <param name="Retention">Seconds.</param>
/// <param name="Window">How much time one file is of, in seconds.</param>
internal sealed record Tier(string Name, int Resolution, long Retention, long Window)
{
    private const long Hour = 3600;
    private const long Day = 24 * Hour;

    /// <summary>What was put with a resolution of a second; all of it is in the minutes, too.</summary>
    internal static readonly Tier Seconds = new("seconds", 1, 3 * Hour, Hour);

    /// <summary>All that was put.</summary>
    internal static readonly Tier Minutes = new("minutes", 60, 15 * Day, Day);

    /// <summary>What the minutes become when they are too old.</summary>
    internal static readonly Tier FiveMinutes = new("five-minutes", 300, 63 * Day, Day);

    /// <summary>What those become.</summary>
    internal static readonly Tier Hours = new("hours", 3600, 455 * Day, Day);

    /// <summary>From the finest to the coarsest.</summary>
    internal static readonly IReadOnlyList<Tier> All = [Seconds, Minutes, FiveMinutes, Hours];

    /// <summary>What becomes of what is too old for this one; null for nothing.</summary>
    internal Tier? Coarser =>
        this == Minutes ? FiveMinutes
        : this == FiveMinutes ? Hours
        : null;

    /// <summary>The beginning of the window that a time is in.</summary>
    internal long WindowOf(long time) => time - Modulo(time, Window);

    /// <summary>The beginning of the second, minute or hour that a time is in.</summary>
    internal long SlotOf(long time) => time - Modulo(time, Resolution);

    private static long Modulo(long time, long by) => ((time % by) + by) % by;
}
