namespace Estiba.Hosting.Controllers;

/// <summary>The bounds of a <see cref="ReconcilerLoop{TKey}"/>.</summary>
public sealed record ReconcilerOptions
{
    /// <summary>How many keys are worked on at the same time; at least one.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>How long a key waits after its first failure; doubled with every further failure in a row.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest that a key waits after a failure.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait after so many failures in a row.</summary>
    /// <param name="failures">One or more.</param>
    /// <param name="chance">From zero to one: takes up to a quarter off, so that what failed together does not come
    /// back together.</param>
    internal TimeSpan RetryAfter(int failures, double chance)
    {
        var full = Math.Min(
            FirstRetry.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 40)),
            LongestRetry.TotalMilliseconds
        );
        return TimeSpan.FromMilliseconds(full * (1 - chance / 4));
    }
}
