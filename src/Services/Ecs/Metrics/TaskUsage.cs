using Estiba.Contracts.Tcs;
using Estiba.Hosting.Metrics;

namespace Estiba.Ecs.Metrics;

/// <summary>What the containers of a task used in a minute, as its agent reported.</summary>
internal sealed class TaskUsage
{
    private readonly Dictionary<string, ContainerUsage> _containers = new(StringComparer.Ordinal);

    /// <summary>By name.</summary>
    internal IReadOnlyDictionary<string, ContainerUsage> Containers => _containers;

    /// <summary>CPU units.</summary>
    internal double Cpu => _containers.Values.Sum(container => container.Cpu.Mean);

    /// <summary>MiB.</summary>
    internal double Memory => _containers.Values.Sum(container => container.Memory.Mean);

    /// <summary>Bytes in a second.</summary>
    internal double Received => _containers.Values.Sum(container => container.Received.Mean);

    /// <summary>Bytes in a second.</summary>
    internal double Sent => _containers.Values.Sum(container => container.Sent.Mean);

    /// <summary>Bytes in the minute.</summary>
    internal double Read => _containers.Values.Sum(container => container.Read.Sum);

    /// <summary>Bytes in the minute.</summary>
    internal double Written => _containers.Values.Sum(container => container.Written.Sum);

    /// <summary>How often its containers were started again in all.</summary>
    internal long Restarts => _containers.Values.Sum(container => container.Restarts ?? 0);

    /// <summary>Whether any of its containers is started again when it ends.</summary>
    internal bool CountsRestarts => _containers.Values.Any(container => container.Restarts is not null);

    /// <summary>Adds a report.</summary>
    /// <param name="containers">The containers that the task has.</param>
    /// <param name="report">Of those, and maybe others, which are passed over.</param>
    /// <param name="instanceCpu">The CPU units of the container instance, of which the agent tells a
    /// percentage.</param>
    internal void Add(IEnumerable<string> containers, IReadOnlyList<ContainerMetric> report, int instanceCpu)
    {
        foreach (var name in containers)
        {
            if (report.FirstOrDefault(each => each.ContainerName == name) is not { } metric)
                continue;
            var usage = _containers.GetValueOrDefault(name) ?? new ContainerUsage();
            _containers[name] = usage.With(metric, instanceCpu);
        }
    }
}

/// <summary>What a container used.</summary>
internal sealed record ContainerUsage
{
    /// <summary>CPU units.</summary>
    internal Spread Cpu { get; private init; }

    /// <summary>MiB.</summary>
    internal Spread Memory { get; private init; }

    /// <summary>Bytes in a second.</summary>
    internal Spread Received { get; private init; }

    /// <summary>Bytes in a second.</summary>
    internal Spread Sent { get; private init; }

    /// <summary>Bytes between two readings.</summary>
    internal Spread Read { get; private init; }

    /// <summary>Bytes between two readings.</summary>
    internal Spread Written { get; private init; }

    /// <summary>How often it was started again; null where it never is.</summary>
    internal long? Restarts { get; private init; }

    /// <summary>With the readings of another twenty seconds.</summary>
    internal ContainerUsage With(ContainerMetric metric, int instanceCpu) =>
        new()
        {
            Cpu = Cpu + Of(metric.CpuStatsSet, instanceCpu / 100.0),
            Memory = Memory + Of(metric.MemoryStatsSet),
            Received = Received + Of(metric.NetworkStatsSet?.RxBytesPerSecond),
            Sent = Sent + Of(metric.NetworkStatsSet?.TxBytesPerSecond),
            Read = Read + Of(metric.StorageStatsSet?.ReadSizeBytes),
            Written = Written + Of(metric.StorageStatsSet?.WriteSizeBytes),
            Restarts = metric.RestartStatsSet?.RestartCount ?? Restarts,
        };

    private static Spread Of(CWStatsSet? set, double unit = 1) =>
        Of(set?.SampleCount, set?.Sum * unit, set?.Min * unit, set?.Max * unit);

    private static Spread Of(ULongStatsSet? set) => Of(set?.SampleCount, set?.Sum, set?.Min, set?.Max);

    // An agent may say anything; what makes no sense is as good as not said.
    private static Spread Of(int? count, double? sum, double? least, double? most) =>
        count > 0 && double.IsFinite(sum ?? double.NaN) && least >= 0 && least <= most && double.IsFinite(most.Value)
            ? new Spread(count.Value, sum!.Value, least.Value, most.Value)
            : default;
}
