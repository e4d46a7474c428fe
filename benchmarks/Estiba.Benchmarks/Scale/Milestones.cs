using System.Diagnostics;

namespace Estiba.Benchmarks.Scale;

/// <summary>
/// Counts what happens up to a number, and remembers when each tenth of it was reached. Safe for threads.
/// </summary>
internal sealed class Milestones(int target)
{
    private const int Parts = 10;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly long[] _reached = new long[Parts + 1];
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    internal int Count => Volatile.Read(ref _count);

    /// <summary>From the beginning of the counting to the last.</summary>
    internal TimeSpan Length => Stopwatch.GetElapsedTime(_start, _reached[Parts]);

    /// <summary>From the beginning of the counting to the first.</summary>
    internal TimeSpan UntilFirst => Stopwatch.GetElapsedTime(_start, _reached[0]);

    /// <summary>How many a second there were in each tenth, from the first of all to the last.</summary>
    internal IReadOnlyList<double> Rates =>
        [
            .. Enumerable
                .Range(0, Parts)
                .Select(part =>
                    (EndOf(part + 1) - EndOf(part))
                    / Stopwatch.GetElapsedTime(_reached[part], _reached[part + 1]).TotalSeconds
                ),
        ];

    internal void Add()
    {
        var count = Interlocked.Increment(ref _count);
        if (count == 1)
            _reached[0] = Stopwatch.GetTimestamp();
        var part = (int)((long)count * Parts / target);
        if (part <= Parts && EndOf(part) == count && part > 0)
            _reached[part] = Stopwatch.GetTimestamp();
        if (count == target)
            _complete.TrySetResult();
    }

    /// <summary>Completes with the last.</summary>
    /// <exception cref="TimeoutException">Nothing happened for too long.</exception>
    internal async Task WhenCompleteAsync(TimeSpan patience)
    {
        while (true)
        {
            var before = Count;
            try
            {
                await _complete.Task.WaitAsync(patience);
                return;
            }
            catch (TimeoutException) when (Count > before)
            {
                // It goes on.
            }
        }
    }

    private int EndOf(int part) => (int)((long)target * part / Parts);
}
