using Estiba.Contracts.Tcs;

namespace Estiba.Agent.ServiceConnect;

/// <summary>Counts what an alias carries for one client, from one report to the next.</summary>
internal sealed class ClientCounters
{
    private readonly Lock _gate = new();
    private long _active;
    private Count _count;

    /// <summary>A connection has come.</summary>
    internal void Opened()
    {
        lock (_gate)
        {
            _active++;
            _count.Connections++;
        }
    }

    /// <summary>A connection has ended.</summary>
    internal void Closed()
    {
        lock (_gate)
            _active--;
    }

    /// <summary>A client has sent something.</summary>
    internal void Sent(long bytes)
    {
        lock (_gate)
            _count.Bytes += bytes;
    }

    /// <summary>A request has come.</summary>
    internal void Asked()
    {
        lock (_gate)
            _count.Requests++;
    }

    /// <summary>A task has answered a request.</summary>
    internal void Answered(int status, TimeSpan after)
    {
        var milliseconds = after.TotalMilliseconds;
        lock (_gate)
        {
            switch (status / 100)
            {
                case 2:
                    _count.Good++;
                    break;
                case 3:
                    _count.Elsewhere++;
                    break;
                case 4:
                    _count.Refused++;
                    break;
                case 5:
                    _count.Failed++;
                    break;
            }

            _count.Fastest = _count.Answers == 0 ? milliseconds : Math.Min(_count.Fastest, milliseconds);
            _count.Slowest = Math.Max(_count.Slowest, milliseconds);
            _count.Time += milliseconds;
            _count.Answers++;
        }
    }

    /// <summary>Whether nothing is open any more.</summary>
    internal bool IsIdle
    {
        get
        {
            lock (_gate)
                return _active == 0;
        }
    }

    /// <summary>What was counted since the last time; null for nothing.</summary>
    internal ServiceConnectMetric? Take(string namespaceArn, string? discoveryName, string? clientTask)
    {
        Count count;
        long active;
        lock (_gate)
        {
            (count, active) = (_count, _active);
            _count = default;
        }

        return active == 0 && count is { Connections: 0, Bytes: 0, Requests: 0, Answers: 0 }
            ? null
            : new ServiceConnectMetric
            {
                NamespaceArn = namespaceArn,
                DiscoveryName = discoveryName,
                ClientTaskArn = clientTask,
                ActiveConnections = active,
                NewConnections = count.Connections,
                ProcessedBytes = count.Bytes,
                Requests = count.Requests,
                Responses2xx = count.Good,
                Responses3xx = count.Elsewhere,
                Responses4xx = count.Refused,
                Responses5xx = count.Failed,
                ResponseTime =
                    count.Answers == 0
                        ? null
                        : new CWStatsSet
                        {
                            Min = count.Fastest,
                            Max = count.Slowest,
                            SampleCount = (int)Math.Min(count.Answers, int.MaxValue),
                            Sum = count.Time,
                        },
            };
    }

    private struct Count
    {
        internal long Connections;
        internal long Bytes;
        internal long Requests;
        internal long Good;
        internal long Elsewhere;
        internal long Refused;
        internal long Failed;
        internal long Answers;
        internal double Fastest;
        internal double Slowest;
        internal double Time;
    }
}
