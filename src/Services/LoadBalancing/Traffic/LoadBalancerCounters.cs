using System.Collections.Concurrent;

namespace Estiba.LoadBalancing.Traffic;

/// <summary>What happened with a load balancer since the server began; metrics are made of the differences.</summary>
public sealed class LoadBalancerCounters
{
    private readonly ConcurrentDictionary<int, long> _codes = new();
    private long _requests;

    /// <summary><c>RequestCount</c>: all requests.</summary>
    public long RequestCount => Interlocked.Read(ref _requests);

    /// <summary>How often the load balancer itself answered with an error, by its status
    /// (<c>HTTPCode_ELB_502_Count</c> and its like).</summary>
    public IReadOnlyDictionary<int, long> ErrorCounts => _codes;

    internal void CountRequest() => Interlocked.Increment(ref _requests);

    internal void CountError(int status) => _codes.AddOrUpdate(status, 1, static (_, count) => count + 1);
}
