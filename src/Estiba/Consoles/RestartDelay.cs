namespace Estiba.Consoles;

/// <summary>How long nobody starts a program again that has ended by itself: the longer, the more often it
/// did.</summary>
internal static class RestartDelay
{
    /// <summary>How long a program must have run to count as one that works.</summary>
    internal static readonly TimeSpan Steady = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>How often a program has ended soon, one after the other, once it has ended again.</summary>
    /// <param name="before">How often it had before.</param>
    /// <param name="ran">How long it ran this time.</param>
    internal static int Count(int before, TimeSpan ran) => ran >= Steady ? 0 : before + 1;

    /// <summary>How long to wait after so many ends that came soon; nothing after none.</summary>
    internal static TimeSpan After(int ends) =>
        ends == 0 ? TimeSpan.Zero
        : ends > 6 ? Longest
        : First * (1 << (ends - 1));
}
