using Estiba.Contracts.Tcs;
using Estiba.Engines;

namespace Estiba.Agent.Telemetry;

/// <summary>What one container uses: readings of its counters become the statistics of an interval.</summary>
/// <remarks>
/// As AWS's agent counts: CPU in percent of the whole instance, memory in MiB, network and storage in bytes since the
/// reading before.
/// </remarks>
internal sealed class ContainerUsage(int instanceCpu)
{
    private const double BytesPerMebibyte = 1024 * 1024;
    private const double UnitsPerProcessor = 1024;

    private readonly StatsWindow _cpu = new();
    private readonly StatsWindow _memory = new();
    private readonly StatsWindow _storageRead = new();
    private readonly StatsWindow _storageWritten = new();
    private readonly NetworkWindow _received = new();
    private readonly NetworkWindow _sent = new();
    private ContainerStatistics? _last;

    public void Add(ContainerStatistics reading)
    {
        _memory.Add(Math.Floor(reading.MemoryBytes / BytesPerMebibyte));
        var before = _last;
        _last = reading;
        if (before is null)
            return;

        var seconds = (reading.At - before.At).TotalSeconds;
        // Counters begin anew when the container was started again in between.
        if (seconds <= 0 || reading.ProcessorNanoseconds < before.ProcessorNanoseconds)
            return;

        _cpu.Add(
            (reading.ProcessorNanoseconds - before.ProcessorNanoseconds)
                / 1e9
                / seconds
                / (instanceCpu / UnitsPerProcessor)
                * 100
        );
        _storageRead.Add(Math.Max(0, reading.StorageReadBytes - before.StorageReadBytes));
        _storageWritten.Add(Math.Max(0, reading.StorageWriteBytes - before.StorageWriteBytes));
        if (reading.Network is not { } now || before.Network is not { } then)
            return;

        _received.Add(
            seconds,
            now.ReceivedBytes - then.ReceivedBytes,
            now.ReceivedPackets - then.ReceivedPackets,
            now.ReceivedErrors - then.ReceivedErrors,
            now.ReceivedDropped - then.ReceivedDropped
        );
        _sent.Add(
            seconds,
            now.SentBytes - then.SentBytes,
            now.SentPackets - then.SentPackets,
            now.SentErrors - then.SentErrors,
            now.SentDropped - then.SentDropped
        );
    }

    /// <summary>The statistics since the last time; null if there were too few readings.</summary>
    public ContainerMetric? Take(string containerName, int? restartCount)
    {
        var cpuSet = _cpu.ToStatsSet();
        var metric = cpuSet is null
            ? null
            : new ContainerMetric
            {
                ContainerName = containerName,
                CpuStatsSet = cpuSet,
                MemoryStatsSet = _memory.ToStatsSet(),
                NetworkStatsSet = _received.Bytes.ToULongStatsSet() is { } bytes
                    ? new NetworkStatsSet
                    {
                        RxBytes = bytes,
                        RxPackets = _received.Packets.ToULongStatsSet(),
                        RxErrors = _received.Errors.ToULongStatsSet(),
                        RxDropped = _received.Dropped.ToULongStatsSet(),
                        RxBytesPerSecond = _received.BytesPerSecond.ToStatsSet(),
                        TxBytes = _sent.Bytes.ToULongStatsSet(),
                        TxPackets = _sent.Packets.ToULongStatsSet(),
                        TxErrors = _sent.Errors.ToULongStatsSet(),
                        TxDropped = _sent.Dropped.ToULongStatsSet(),
                        TxBytesPerSecond = _sent.BytesPerSecond.ToStatsSet(),
                    }
                    : null,
                StorageStatsSet = new StorageStatsSet
                {
                    ReadSizeBytes = _storageRead.ToULongStatsSet(),
                    WriteSizeBytes = _storageWritten.ToULongStatsSet(),
                },
                RestartStatsSet = restartCount is { } count ? new RestartStatsSet { RestartCount = count } : null,
            };
        foreach (var window in (ReadOnlySpan<StatsWindow>)[_cpu, _memory, _storageRead, _storageWritten])
            window.Clear();
        _received.Clear();
        _sent.Clear();
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
            foreach (var window in (ReadOnlySpan<StatsWindow>)[Bytes, Packets, Errors, Dropped, BytesPerSecond])
                window.Clear();
        }
    }
}
