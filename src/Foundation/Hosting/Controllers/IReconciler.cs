namespace Estiba.Hosting.Controllers;

/// <summary>Brings one thing, known by its key, a step closer to how it is wanted.</summary>
/// <remarks>
/// It is told nothing about what happened, only where to look, and may be stopped anywhere and called again: everything
/// that it needs to know is in the state.
/// </remarks>
/// <typeparam name="TKey">What it works on, for example a service's ARN.</typeparam>
public interface IReconciler<TKey>
    where TKey : notnull
{
    /// <summary>
    /// Compares what is wanted with what is, and takes the next step. Never called for one key twice at the same time.
    /// </summary>
    /// <param name="key">What to look at; it may be gone by now.</param>
    /// <param name="cancellation">The platform stops.</param>
    /// <returns>After which time to look again even if nothing changes; null when only a change can matter.</returns>
    /// <exception cref="Exception">Any: it is logged, and the key is tried again later, each time later than
    /// before.</exception>
    Task<TimeSpan?> ReconcileAsync(TKey key, CancellationToken cancellation);
}
