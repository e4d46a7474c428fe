using Estiba.Contracts.Tcs;
using Estiba.Hosting.Metrics;

namespace Estiba.Ecs.Metrics;

/// <summary>What the proxies of all hosts carried to an endpoint of Service Connect within a minute.</summary>
internal sealed class ConnectionUsage
{
    private readonly Dictionary<string, long> _active = new(StringComparer.Ordinal);

    /// <summary>How many connections there were when each host said it last.</summary>
    internal long ActiveConnections => _active.Values.Sum();

    /// <summary>How many connections came.</summary>
    internal long NewConnections { get; private set; }

    /// <summary>How much clients sent.</summary>
    internal long ProcessedBytes { get; private set; }

    /// <summary>How many requests came.</summary>
    internal long Requests { get; private set; }

    /// <summary>How many answers of each class there were: from 2 for 200 on.</summary>
    internal long[] Responses { get; } = new long[6];

    /// <summary>How long answers took, in milliseconds.</summary>
    internal Spread ResponseTime { get; private set; }

    /// <summary>Takes a report; numbers that make no sense count as none.</summary>
    internal void Add(string instanceKey, ServiceConnectMetric report)
    {
        _active[instanceKey] = Sensible(report.ActiveConnections);
        NewConnections += Sensible(report.NewConnections);
        ProcessedBytes += Sensible(report.ProcessedBytes);
        Requests += Sensible(report.Requests);
        Responses[2] += Sensible(report.Responses2xx);
        Responses[3] += Sensible(report.Responses3xx);
        Responses[4] += Sensible(report.Responses4xx);
        Responses[5] += Sensible(report.Responses5xx);
        if (report.ResponseTime is { } time)
            ResponseTime += SpreadOf(time);
    }

    /// <summary>What was carried for several clients.</summary>
    internal static ConnectionUsage Of(IEnumerable<ConnectionUsage> all)
    {
        var sum = new ConnectionUsage();
        foreach (var usage in all)
        {
            foreach (var (instance, active) in usage._active)
                sum._active[instance] = sum._active.GetValueOrDefault(instance) + active;
            sum.NewConnections += usage.NewConnections;
            sum.ProcessedBytes += usage.ProcessedBytes;
            sum.Requests += usage.Requests;
            for (var kind = 0; kind < sum.Responses.Length; kind++)
                sum.Responses[kind] += usage.Responses[kind];
            sum.ResponseTime += usage.ResponseTime;
        }

        return sum;
    }

    private static Spread SpreadOf(CWStatsSet times)
    {
        var (count, sum) = (times.SampleCount ?? 0, times.Sum ?? -1);
        var (least, most) = (times.Min ?? -1, times.Max ?? -1);
        return count > 0 && least >= 0 && least <= most && most <= sum && double.IsFinite(sum)
            ? new Spread(count, sum, least, most)
            : default;
    }

    private static long Sensible(long? number) => number is > 0 and < 1L << 50 ? number.Value : 0;
}
