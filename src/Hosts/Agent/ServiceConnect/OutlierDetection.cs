using Estiba.Agent.Tasks;

namespace Estiba.Agent.ServiceConnect;

/// <summary>
/// Which endpoints of an alias are avoided for a while because they have failed again and again ("Service Connect
/// configuration overview", outlier detection).
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class OutlierDetection(TimeProvider time)
{
    /// <summary>So many failures one after another make an outlier.</summary>
    internal const int Failures = 5;

    /// <summary>The first time an endpoint is avoided for so long, the second twice as long, and so on.</summary>
    internal static readonly TimeSpan FirstTime = TimeSpan.FromSeconds(30);

    /// <summary>No longer than this; and one that was not avoided for so long begins anew.</summary>
    internal static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(300);

    private readonly Lock _gate = new();

    /// <summary>Whether an endpoint is avoided now.</summary>
    internal bool IsOutlier(Endpoint endpoint)
    {
        lock (_gate)
            return IsOut(endpoint, time.GetSteady());
    }

    /// <summary>An endpoint has answered.</summary>
    internal void Succeeded(Endpoint endpoint)
    {
        if (Volatile.Read(ref endpoint.Failures) != 0)
            lock (_gate)
                endpoint.Failures = 0;
    }

    /// <summary>An endpoint has failed; of all of them at most half are avoided.</summary>
    internal void Failed(Endpoint endpoint, IReadOnlyList<Endpoint> all)
    {
        lock (_gate)
        {
            var now = time.GetSteady();
            if (++endpoint.Failures < Failures || IsOut(endpoint, now))
                return;
            if (all.Count(other => IsOut(other, now)) + 1 > all.Count / 2)
                return;
            if (now - endpoint.AvoidedUntil > LongestTime)
                endpoint.TimesAvoided = 0;
            var period = FirstTime * ++endpoint.TimesAvoided;
            endpoint.AvoidedUntil = now + (period < LongestTime ? period : LongestTime);
            endpoint.Failures = 0;
        }
    }

    private static bool IsOut(Endpoint endpoint, TimeSpan now) => endpoint.AvoidedUntil > now;
}
