namespace Estiba.Consoles;

/// <summary>Why the console does not answer.</summary>
internal enum OutageKind
{
    /// <summary>Its program is not there.</summary>
    Missing,

    /// <summary>Its program has ended, or could not be started.</summary>
    Ended,

    /// <summary>Its program runs, and did not answer this request.</summary>
    Silent,

    /// <summary>The platform is being stopped.</summary>
    Stopping,
}

/// <summary>That the console does not answer.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Detail">What its program did; null where there is nothing to say.</param>
/// <param name="RetryAfter">When to ask again; null where nothing will be different.</param>
internal sealed record Outage(OutageKind Kind, string? Detail = null, TimeSpan? RetryAfter = null);
