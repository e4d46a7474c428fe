using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Estiba.Engines.Docker;

public sealed partial class DockerEngine
{
    /// <inheritdoc/>
    public async Task<ContainerStatistics?> FindStatisticsAsync(string container, CancellationToken cancellation)
    {
        var stats = await _docker.FindAsync(
            $"containers/{Escape(container)}/stats?stream=false&one-shot=true",
            DockerJson.Default.DockerStats,
            cancellation
        );
        return stats is null ? null : Statistics(stats);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JsonObject> ReadStatisticsAsync(
        string container,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        using var response = await _docker.SendAsync(
            HttpMethod.Get,
            $"containers/{Escape(container)}/stats?stream=true",
            content: null,
            cancellation
        );
        await using var stream = await _docker.OpenAsync(response, cancellation);
        await foreach (var reading in ReadJsonAsync(stream, DockerJson.Default.JsonObject, cancellation))
            yield return reading;
    }

    /// <summary>Null for the zeros that Docker sends for a container that does not run.</summary>
    private static ContainerStatistics? Statistics(DockerStats stats)
    {
        if (stats.Read.Year <= 1 || stats.Cpu?.Usage is not { Total: > 0 } usage)
            return null;

        var memory = stats.Memory;
        return new ContainerStatistics
        {
            At = stats.Read,
            ProcessorNanoseconds = (long)usage.Total,
            Processors = stats.Cpu.OnlineCpus,
            MemoryBytes = (long)((memory?.Usage ?? 0) - PageCache(memory)),
            MemoryLimitBytes = (long)Math.Min(memory?.Limit ?? 0, long.MaxValue),
            Network = stats.Networks is { Count: > 0 } networks ? Sum(networks.Values) : null,
            StorageReadBytes = Blocks(stats, "read"),
            StorageWriteBytes = Blocks(stats, "write"),
        };
    }

    /// <summary>What the kernel can take back: its name differs between control groups v1 and v2.</summary>
    private static ulong PageCache(DockerMemoryStats? memory)
    {
        if (memory?.Stats is not { } stats)
            return 0;
        var cache = stats.TryGetValue("total_inactive_file", out var v1)
            ? v1
            : stats.GetValueOrDefault("inactive_file");
        return Math.Min(cache, memory.Usage);
    }

    private static long Blocks(DockerStats stats, string operation) =>
        (stats.Block?.ServiceBytes ?? [])
            .Where(entry => string.Equals(entry.Operation, operation, StringComparison.OrdinalIgnoreCase))
            .Sum(entry => (long)entry.Value);

    private static NetworkCounters Sum(IEnumerable<DockerNetworkStats> networks)
    {
        var sum = new NetworkCounters(0, 0, 0, 0, 0, 0, 0, 0);
        foreach (var network in networks)
        {
            sum = new NetworkCounters(
                sum.ReceivedBytes + (long)network.RxBytes,
                sum.ReceivedPackets + (long)network.RxPackets,
                sum.ReceivedDropped + (long)network.RxDropped,
                sum.ReceivedErrors + (long)network.RxErrors,
                sum.SentBytes + (long)network.TxBytes,
                sum.SentPackets + (long)network.TxPackets,
                sum.SentDropped + (long)network.TxDropped,
                sum.SentErrors + (long)network.TxErrors
            );
        }

        return sum;
    }
}
