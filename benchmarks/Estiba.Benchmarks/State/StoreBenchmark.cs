using System.Diagnostics;
using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Benchmarks.State;

/// <summary>
/// How many records the store makes durable, and how quickly it is back. Options: a directory on the disk to measure.
/// </summary>
internal static class StoreBenchmark
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    internal static async Task RunAsync(string[] options)
    {
        var directory = Path.Combine(
            options.Length > 0 ? options[0] : Path.GetTempPath(),
            "estiba-bench-" + Environment.ProcessId
        );
        Directory.CreateDirectory(directory);
        try
        {
            await CommitAsync(
                "one committer, 1 record",
                new SqliteJournal(Path.Combine(directory, "one.db")),
                1,
                1,
                renew: false
            );
            await CommitAsync(
                "64 committers, 1 record",
                new SqliteJournal(Path.Combine(directory, "single.db")),
                64,
                1,
                renew: false
            );
            await CommitAsync(
                "64 committers, 10 new records",
                new SqliteJournal(Path.Combine(directory, "new.db")),
                64,
                10,
                renew: false
            );
            await CommitAsync(
                "64 committers, 10 changed records",
                new SqliteJournal(Path.Combine(directory, "changed.db")),
                64,
                10,
                renew: true
            );
            await CommitAsync("64 committers, 10 new records, no journal", new NoJournal(), 64, 10, renew: false);
            await RecoverAsync(Path.Combine(directory, "recover.db"), 100_000);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task CommitAsync(string what, IJournal journal, int committers, int records, bool renew)
    {
        await using var store = await Store.OpenAsync(journal, [BenchmarkTables.Records]);
        var latencies = new List<double>[committers];
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, committers)
                .Select(number =>
                    Task.Run(async () =>
                    {
                        var random = new Random(number);
                        var own = Enumerable.Range(0, 1_000).Select(_ => Id(random)).ToArray();
                        var times = latencies[number] = [];
                        for (var round = 0; watch.Elapsed < Length; round++)
                        {
                            var start = Stopwatch.GetTimestamp();
                            await store.CommitAsync(transaction =>
                            {
                                for (var i = 0; i < records; i++)
                                {
                                    var id = renew ? own[(round * records + i) % own.Length] : Id(random);
                                    transaction.Put(BenchmarkTables.Records, BenchmarkRecord.Of(id, "RUNNING"));
                                }
                            });
                            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                        }
                    })
                )
        );

        var seconds = watch.Elapsed.TotalSeconds;
        var all = latencies.SelectMany(times => times).Order().ToArray();
        Figure.Print("store", what, all.Length * records / seconds, "records/s");
        Figure.Print("store", what + ", commit p50", all[all.Length / 2], "ms");
        Figure.Print("store", what + ", commit p99", all[all.Length * 99 / 100], "ms");
        Figure.Print(
            "store",
            what + ", processor",
            (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds / seconds,
            "cores"
        );
    }

    private static async Task RecoverAsync(string path, int records)
    {
        await using (var store = await Store.OpenAsync(new SqliteJournal(path), [BenchmarkTables.Records]))
        {
            var random = new Random(1);
            for (var done = 0; done < records; done += 1_000)
            {
                await store.CommitAsync(transaction =>
                {
                    for (var i = 0; i < 1_000; i++)
                        transaction.Put(BenchmarkTables.Records, BenchmarkRecord.Of(Id(random), "RUNNING"));
                });
            }
        }

        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        await using var again = await Store.OpenAsync(new SqliteJournal(path), [BenchmarkTables.Records]);
        Figure.Print("store", $"recovery of {records:N0} records", watch.Elapsed.TotalSeconds, "s");
        Figure.Print(
            "store",
            "memory",
            (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)records,
            "B/record"
        );
    }

    private static string Id(Random random) => $"{random.NextInt64():x16}{random.NextInt64():x16}";
}
