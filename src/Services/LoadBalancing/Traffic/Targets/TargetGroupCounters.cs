namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>What happened with a target group since the server began; metrics are made of the differences.</summary>
/// <remarks>The names are those of CloudWatch's metrics for application load balancers.</remarks>
public sealed class TargetGroupCounters
{
    private readonly long[] _codes = new long[6];
    private long _requests;
    private long _connectionErrors;

    /// <summary><c>RequestCount</c>: requests for which a target was chosen.</summary>
    public long RequestCount => Interlocked.Read(ref _requests);

    /// <summary><c>TargetConnectionErrorCount</c>.</summary>
    public long TargetConnectionErrorCount => Interlocked.Read(ref _connectionErrors);

    /// <summary><c>TargetResponseTime</c>: from the request to the response's headers.</summary>
    public ResponseTimes TargetResponseTime { get; } = new();

    /// <summary><c>HTTPCode_Target_2XX_Count</c> and its like.</summary>
    /// <param name="hundreds">The first digit of the status, from 1 to 5.</param>
    public long TargetResponseCount(int hundreds) => Interlocked.Read(ref _codes[hundreds]);

    /// <summary>What is counted, by the names of CloudWatch's metrics.</summary>
    internal IEnumerable<(string Metric, long Count)> Counts =>
        [
            ("RequestCount", RequestCount),
            ("TargetConnectionErrorCount", TargetConnectionErrorCount),
            .. Enumerable
                .Range(2, 4)
                .Select(hundreds => ($"HTTPCode_Target_{hundreds}XX_Count", TargetResponseCount(hundreds))),
        ];

    internal void CountRequest() => Interlocked.Increment(ref _requests);

    internal void CountConnectionError() => Interlocked.Increment(ref _connectionErrors);

    internal void CountResponse(int status, TimeSpan time)
    {
        Interlocked.Increment(ref _codes[Math.Clamp(status / 100, 1, 5)]);
        TargetResponseTime.Add(time);
    }
}
