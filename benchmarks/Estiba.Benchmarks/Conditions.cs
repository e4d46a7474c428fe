using System.Diagnostics;
using System.Globalization;

namespace Estiba.Benchmarks;

/// <summary>
/// Under what a figure was measured: the processor, the disk that temporary files are on, and how busy the machine was
/// without the benchmark.
/// </summary>
internal static class Conditions
{
    private const int SyncedWrites = 50;
    private const int Block = 4096;
    private const int LargeFile = 128 * 1024 * 1024;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The machine, in a line: <c>2 cores of AMD EPYC, 24 GiB; /dev/vda (ext4): 0.4 ms a durable write of 4 KiB, 300
    /// MiB/s durable</c>.
    /// </summary>
    internal static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':')[1]
            .Trim()
            ?? "an unknown processor";
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1073741824d;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores of {model}, {memory:0} GiB, .NET {Environment.Version}, "
                + $"{DateTime.UtcNow:yyyy-MM-dd}; temporary files on {Disk()}"
        );
    }

    /// <summary>
    /// How busy the machine's processors are when nothing of the benchmark runs, of 100, over a second; what others of
    /// its host take away from it counts.
    /// </summary>
    internal static async Task<double> BusyAsync()
    {
        var (busy, all) = Ticks();
        await Task.Delay(Look);
        var (busyThen, allThen) = Ticks();
        return 100d * (busyThen - busy) / Math.Max(1, allThen - all);
    }

    private static string Disk()
    {
        var directory = Directory.CreateTempSubdirectory("estiba-bench-");
        try
        {
            var (device, system) = MountOf(directory.FullName);
            var file = Path.Combine(directory.FullName, "probe");
            using var handle = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write);
            var small = Stopwatch.StartNew();
            for (var n = 0; n < SyncedWrites; n++)
                Write(n * Block, new byte[Block]);
            small.Stop();
            var large = Stopwatch.StartNew();
            Write(0, new byte[LargeFile]);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{device} ({system}): {small.Elapsed.TotalMilliseconds / SyncedWrites:0.##} ms for a durable "
                    + $"write of 4 KiB, {LargeFile / 1048576d / large.Elapsed.TotalSeconds:0} MiB/s for one of "
                    + $"{LargeFile / 1048576} MiB"
            );

            void Write(long offset, byte[] content)
            {
                RandomAccess.Write(handle, content, offset);
                RandomAccess.FlushToDisk(handle);
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    // The longest mount point that the path is below: " - " stands before file system and device ("proc(5)",
    // mountinfo).
    private static (string Device, string System) MountOf(string path) =>
        File.ReadLines("/proc/self/mountinfo")
            .Select(line => (Point: line.Split(' ')[4], Kind: line.Split(" - ")[1].Split(' ')))
            .Where(mount => path.StartsWith(mount.Point, StringComparison.Ordinal))
            .OrderByDescending(mount => mount.Point.Length)
            .Select(mount => (mount.Kind[1], mount.Kind[0]))
            .First();

    // Of the processors together: user, nice, system, idle, iowait, irq, softirq, steal ("proc(5)", stat).
    private static (long Busy, long All) Ticks()
    {
        var ticks = File.ReadLines("/proc/stat")
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(long.Parse)
            .ToArray();
        var all = ticks.Sum();
        return (all - ticks[3] - ticks[4], all);
    }
}
