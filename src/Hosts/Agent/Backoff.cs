namespace Estiba.Agent;

/// <summary>
/// Growing delays between attempts, each half by chance, so that many agents do not come at the same moment.
/// </summary>
/// <param name="first">The first delay.</param>
/// <param name="longest">What delays grow to.</param>
/// <param name="random">The chance.</param>
public sealed class Backoff(TimeSpan first, TimeSpan longest, Random random)
{
    private const double Growth = 1.8;

    private TimeSpan? _last;

    /// <summary>The next delay.</summary>
    public TimeSpan Next()
    {
        var delay = _last is { } before ? before * Growth : first;
        if (delay > longest)
            delay = longest;
        _last = delay;
        return delay * (0.5 + random.NextDouble() / 2);
    }

    /// <summary>Begins with the first delay again.</summary>
    public void Reset() => _last = null;
}
