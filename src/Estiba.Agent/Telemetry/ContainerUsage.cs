using Estiba.Agent.Engines;
using Estiba.Contracts.Tcs;

namespace Estiba.Agent.Telemetry;

/// <summary>What one container uses: readings of its counters become the statistics of an interval.</summary>
/// <remarks>As AWS's agent counts: CPU in percent of the whole instance, memory in MiB, network and storage in bytes since the reading before.</remarks>
internal sealed class ContainerUsage(int instanceCpu)
{
    private const double BytesPerMebibyte = 1024 * 1024;
    private const double UnitsPerProcessor = 1024;

    private readonly StatsWindow cpu = new();
    private readonly StatsWindow memory = new();
    private readonly StatsWindow storageRead = new();
    private readonly StatsWindow storageWritten = new();
    private readonly NetworkWindow received = new();
    private readonly NetworkWindow sent = new();
    private ContainerStatistics? last;

    public void Add(ContainerStatistics reading)
    {
        memory.Add(Math.Floor(reading.MemoryBytes / BytesPerMebibyte));
        var before = last;
        last = reading;
        if (before is null) return;

        var seconds = (reading.At - before.At).TotalSeconds;
        // Counters begin anew when the container was started again in between.
        if (seconds <= 0 || reading.ProcessorNanoseconds < before.ProcessorNanoseconds) return;

        cpu.Add((reading.ProcessorNanoseconds - before.ProcessorNanoseconds) / 1e9 / seconds / (instanceCpu / UnitsPerProcessor) * 100);
        storageRead.Add(Math.Max(0, reading.StorageReadBytes - before.StorageReadBytes));
        storageWritten.Add(Math.Max(0, reading.StorageWriteBytes - before.StorageWriteBytes));
        if (reading.Network is not { } now || before.Network is not { } then) return;

        received.Add(seconds, now.ReceivedBytes - then.ReceivedBytes, now.ReceivedPackets - then.ReceivedPackets, now.ReceivedErrors - then.ReceivedErrors, now.ReceivedDropped - then.ReceivedDropped);
        sent.Add(seconds, now.SentBytes - then.SentBytes, now.SentPackets - then.SentPackets, now.SentErrors - then.SentErrors, now.SentDropped - then.SentDropped);
    }

    /// <summary>The statistics since the last time; null if there were too few readings.</summary>
    public ContainerMetric? Take(string containerName, int? restartCount)
    {
        var cpuSet = cpu.ToStatsSet();
        var metric = cpuSet is null
            ? null
            : new ContainerMetric
            {
                ContainerName = containerName,
                CpuStatsSet = cpuSet,
                MemoryStatsSet = memory.ToStatsSet(),
                NetworkStatsSet = received.Bytes.ToULongStatsSet() is { } bytes
                    ? new NetworkStatsSet
                    {
                        RxBytes = bytes,
                        RxPackets = received.Packets.ToULongStatsSet(),
                        RxErrors = received.Errors.ToULongStatsSet(),
                        RxDropped = received.Dropped.ToULongStatsSet(),
                        RxBytesPerSecond = received.BytesPerSecond.ToStatsSet(),
                        TxBytes = sent.Bytes.ToULongStatsSet(),
                        TxPackets = sent.Packets.ToULongStatsSet(),
                        TxErrors = sent.Errors.ToULongStatsSet(),
                        TxDropped = sent.Dropped.ToULongStatsSet(),
                        TxBytesPerSecond = sent.BytesPerSecond.ToStatsSet(),
                    }
                    : null,
                StorageStatsSet = new StorageStatsSet { ReadSizeBytes = storageRead.ToULongStatsSet(), WriteSizeBytes = storageWritten.ToULongStatsSet() },
                RestartStatsSet = restartCount is { } count ? new RestartStatsSet { RestartCount = count } : null,
            };
        foreach (var window in (ReadOnlySpan<StatsWindow>)[cpu, memory, storageRead, storageWritten]) window.Clear();
        received.Clear();
        sent.Clear();
        return metric;
    }

    /// <summary>One direction.</summary>
    private sealed class NetworkWindow
    {
        public StatsWindow Bytes { get; } = new();

        public StatsWindow Packets { get; } = new();

        public StatsWindow Errors { get; } = new();

        public StatsWindow Dropped { get; } = new();

        public StatsWindow BytesPerSecond { get; } = new();

        public void Add(double seconds, long bytes, long packets, long errors, long dropped)
        {
            Bytes.Add(Math.Max(0, bytes));
            Packets.Add(Math.Max(0, packets));
            Errors.Add(Math.Max(0, errors));
            Dropped.Add(Math.Max(0, dropped));
            BytesPerSecond.Add(Math.Max(0, bytes) / seconds);
        }

        public void Clear()
        {
            foreach (var window in (ReadOnlySpan<StatsWindow>)[Bytes, Packets, Errors, Dropped, BytesPerSecond]) window.Clear();
        }
    }
}
