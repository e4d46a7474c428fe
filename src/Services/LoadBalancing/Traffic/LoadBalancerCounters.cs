using System.Collections.Concurrent;
using Estiba.Listeners.Connections;

namespace Estiba.LoadBalancing.Traffic;

/// <summary>What happened with a load balancer since the server began; metrics are made of the differences.</summary>
public sealed class LoadBalancerCounters
{
    private readonly ConcurrentDictionary<int, long> _codes = new();
    private long _requests;
    private long _fixedResponses;
    private long _redirects;

    /// <summary>The connections of clients.</summary>
    public ConnectionCounters Connections { get; } = new();

    /// <summary><c>RequestCount</c>: all requests.</summary>
    public long RequestCount => Interlocked.Read(ref _requests);

    /// <summary>How often the load balancer itself answered with an error, by its status
    /// (<c>HTTPCode_ELB_502_Count</c> and its like).</summary>
    public IReadOnlyDictionary<int, long> ErrorCounts => _codes;

    /// <summary><c>HTTP_Fixed_Response_Count</c>.</summary>
    public long FixedResponseCount => Interlocked.Read(ref _fixedResponses);

    /// <summary><c>HTTP_Redirect_Count</c>.</summary>
    public long RedirectCount => Interlocked.Read(ref _redirects);

    /// <summary>What is counted, by the names of CloudWatch's metrics.</summary>
    internal IEnumerable<(string Metric, long Count)> Counts
    {
        get
        {
            yield return ("RequestCount", RequestCount);
            yield return ("NewConnectionCount", Connections.Opened);
            yield return ("RejectedConnectionCount", Connections.Rejected);
            yield return ("ClientTLSNegotiationErrorCount", Connections.FailedHandshakes);
            yield return ("HTTP_Fixed_Response_Count", FixedResponseCount);
            yield return ("HTTP_Redirect_Count", RedirectCount);
            foreach (var hundreds in new[] { 4, 5 })
                yield return (
                    $"HTTPCode_ELB_{hundreds}XX_Count",
                    _codes.Where(code => code.Key / 100 == hundreds).Sum(code => code.Value)
                );
            foreach (var status in new[] { 500, 502, 503, 504 })
                yield return ($"HTTPCode_ELB_{status}_Count", _codes.GetValueOrDefault(status));
        }
    }

    internal void CountFixedResponse() => Interlocked.Increment(ref _fixedResponses);

    internal void CountRedirect() => Interlocked.Increment(ref _redirects);

    internal void CountRequest() => Interlocked.Increment(ref _requests);

    internal void CountError(int status) => _codes.AddOrUpdate(status, 1, static (_, count) => count + 1);
}
