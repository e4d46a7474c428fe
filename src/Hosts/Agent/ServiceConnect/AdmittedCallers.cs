using System.Collections.Concurrent;
using System.Net;
using Estiba.Agent.Metadata;

namespace Estiba.Agent.ServiceConnect;

/// <summary>
/// Which callers are on this host: looking at its interfaces for every connection would take too long.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class AdmittedCallers(TimeProvider time)
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<IPAddress, (bool IsAdmitted, long At)> _known = new();

    /// <summary>Whether a connection from this address comes from within this host.</summary>
    internal bool Admits(IPAddress remote)
    {
        if (_known.TryGetValue(remote, out var known) && time.GetElapsedTime(known.At) < Remembered)
            return known.IsAdmitted;
        if (_known.Count >= MostRemembered)
            _known.Clear();
        var isAdmitted = LocalCallers.Admits(remote);
        _known[remote] = (isAdmitted, time.GetTimestamp());
        return isAdmitted;
    }
}
