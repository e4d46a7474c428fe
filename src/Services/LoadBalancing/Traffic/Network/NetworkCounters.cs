namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>What happened with a network load balancer since the server began; metrics are made of the
/// differences.</summary>
/// <remarks>The names are those of CloudWatch's metrics for network load balancers.</remarks>
public sealed class NetworkCounters
{
    private readonly long[] _active = new long[3];
    private readonly long[] _new = new long[3];
    private readonly long[] _bytes = new long[3];
    private long _clientResets;
    private long _ownResets;
    private long _targetResets;
    private long _clientHandshakes;
    private long _targetHandshakes;
    private long _rejected;

    /// <summary><c>TCP_Client_Reset_Count</c>: flows that a client reset.</summary>
    public long ClientResetCount => Interlocked.Read(ref _clientResets);

    /// <summary><c>TCP_ELB_Reset_Count</c>: flows that the load balancer reset.</summary>
    public long ElbResetCount => Interlocked.Read(ref _ownResets);

    /// <summary><c>TCP_Target_Reset_Count</c>: flows that a target reset, or did not take.</summary>
    public long TargetResetCount => Interlocked.Read(ref _targetResets);

    /// <summary><c>ClientTLSNegotiationErrorCount</c>.</summary>
    public long ClientTlsNegotiationErrorCount => Interlocked.Read(ref _clientHandshakes);

    /// <summary><c>TargetTLSNegotiationErrorCount</c>.</summary>
    public long TargetTlsNegotiationErrorCount => Interlocked.Read(ref _targetHandshakes);

    /// <summary><c>RejectedFlowCount</c>: flows for which there was no room.</summary>
    public long RejectedFlowCount => Interlocked.Read(ref _rejected);

    /// <summary><c>ActiveFlowCount_TCP</c> and its like: flows that there are now.</summary>
    public long ActiveFlowCount(FlowKind kind) => Interlocked.Read(ref _active[(int)kind]);

    /// <summary><c>NewFlowCount_TCP</c> and its like.</summary>
    public long NewFlowCount(FlowKind kind) => Interlocked.Read(ref _new[(int)kind]);

    /// <summary><c>ProcessedBytes_TCP</c> and its like, both ways, without headers of TCP and IP.</summary>
    public long ProcessedBytes(FlowKind kind) => Interlocked.Read(ref _bytes[(int)kind]);

    /// <summary>What is counted, by the names of CloudWatch's metrics.</summary>
    internal IEnumerable<(string Metric, long Count)> Counts =>
        [
            ("NewFlowCount", Kinds.Sum(NewFlowCount)),
            ("ProcessedBytes", Kinds.Sum(ProcessedBytes)),
            .. Kinds.Select(kind => ($"NewFlowCount_{NameOf(kind)}", NewFlowCount(kind))),
            .. Kinds.Select(kind => ($"ProcessedBytes_{NameOf(kind)}", ProcessedBytes(kind))),
            ("TCP_Client_Reset_Count", ClientResetCount),
            ("TCP_ELB_Reset_Count", ElbResetCount),
            ("TCP_Target_Reset_Count", TargetResetCount),
            ("ClientTLSNegotiationErrorCount", ClientTlsNegotiationErrorCount),
            ("TargetTLSNegotiationErrorCount", TargetTlsNegotiationErrorCount),
            ("RejectedFlowCount", RejectedFlowCount),
        ];

    /// <summary>How many flows there are now, by the names of CloudWatch's metrics.</summary>
    internal IEnumerable<(string Metric, long Count)> Active =>
        [
            ("ActiveFlowCount", Kinds.Sum(ActiveFlowCount)),
            .. Kinds.Select(kind => ($"ActiveFlowCount_{NameOf(kind)}", ActiveFlowCount(kind))),
        ];

    private static FlowKind[] Kinds { get; } = Enum.GetValues<FlowKind>();

    private static string NameOf(FlowKind kind) => kind.ToString().ToUpperInvariant();

    internal void Begin(FlowKind kind)
    {
        Interlocked.Increment(ref _new[(int)kind]);
        Interlocked.Increment(ref _active[(int)kind]);
    }

    internal void End(FlowKind kind) => Interlocked.Decrement(ref _active[(int)kind]);

    internal void CountBytes(FlowKind kind, int bytes) => Interlocked.Add(ref _bytes[(int)kind], bytes);

    internal void CountRejected() => Interlocked.Increment(ref _rejected);

    internal void CountClientHandshakeError() => Interlocked.Increment(ref _clientHandshakes);

    internal void CountTargetHandshakeError() => Interlocked.Increment(ref _targetHandshakes);

    internal void CountReset(ResetBy who) =>
        Interlocked.Increment(
            ref who == ResetBy.Client
                ? ref _clientResets
                : ref who == ResetBy.Target ? ref _targetResets : ref _ownResets
        );
}

/// <summary>What a flow is.</summary>
public enum FlowKind
{
    /// <summary>A connection.</summary>
    Tcp,

    /// <summary>A connection whose TLS ends at the load balancer.</summary>
    Tls,

    /// <summary>Datagrams between two ends.</summary>
    Udp,
}

/// <summary>Who made an end to a connection.</summary>
internal enum ResetBy
{
    Client,
    Target,
    LoadBalancer,
}
