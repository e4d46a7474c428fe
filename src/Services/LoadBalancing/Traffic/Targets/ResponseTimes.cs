namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>How long targets took to answer, counted in classes that are 2 % wide; safe for concurrent use.</summary>
public sealed class ResponseTimes
{
    /// <summary>Classes between a time and its double.</summary>
    private const int ClassesOfDouble = 32;

    // From a microsecond on to more than an hour; what is beyond either end counts as the end.
    private readonly long[] _counts = new long[ClassesOfDouble * 32];
    private long _ticks;

    /// <summary>All of them added up.</summary>
    public TimeSpan Sum => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    /// <summary>How often times of each class have come since the server began, by the class's number.</summary>
    public IReadOnlyList<long> Counts => _counts;

    /// <summary>The time in the middle of a class.</summary>
    /// <returns>In seconds.</returns>
    public static double SecondsOf(int number) => Math.Pow(2, (number + 0.5) / ClassesOfDouble) / 1e6;

    internal void Add(TimeSpan time)
    {
        Interlocked.Add(ref _ticks, time.Ticks);
        var number = (int)(Math.Log2(Math.Max(1, time.TotalMicroseconds)) * ClassesOfDouble);
        Interlocked.Increment(ref _counts[Math.Min(number, _counts.Length - 1)]);
    }
}
