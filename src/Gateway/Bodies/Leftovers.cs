namespace Estiba.Gateway.Bodies;

/// <summary>
/// Has collected what large bodies leave behind as objects, once they have stopped coming. The memory of a body itself
/// is gone with its request, but the texts and bytes that were read from it are up to twice as large, and the garbage
/// collector begins by itself only when more is asked for: after a burst, a platform that is quiet would keep hundreds
/// of megabytes for as long as it is quiet.
/// </summary>
internal sealed class Leftovers : IDisposable
{
    /// <summary>How many bytes of bodies are worth collections.</summary>
    public const long Enough = 32 * 1024 * 1024;

    /// <summary>They are not worth them beside so many times as much that may well be in use.</summary>
    public const int Share = 4;

    /// <summary>
    /// How many collections follow each other: what is free goes back to the system when it has been free for some.
    /// </summary>
    public const int Collections = 5;

    /// <summary>How long no body may have come, and how long it is from one collection to the next.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private readonly Func<long> _held;
    private readonly Action _collect;
    private readonly ITimer _timer;
    private long _bytes;
    private int _done;

    /// <param name="time">Waits for quiet.</param>
    /// <param name="held">How many bytes all objects have.</param>
    /// <param name="collect">Begins a collection.</param>
    public Leftovers(TimeProvider time, Func<long> held, Action collect)
    {
        _held = held;
        _collect = collect;
        _timer = time.CreateTimer(_ => Collect(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A large body is done with.</summary>
    public void Note(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) < Enough)
            return;
        Volatile.Write(ref _done, 0);
        _timer.Change(Quiet, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void Collect()
    {
        var bytes = Interlocked.Exchange(ref _bytes, 0);
        if (Volatile.Read(ref _done) == 0 && bytes < _held() / Share)
            return;
        _collect();
        if (Interlocked.Increment(ref _done) < Collections)
            _timer.Change(Quiet, Timeout.InfiniteTimeSpan);
    }
}
