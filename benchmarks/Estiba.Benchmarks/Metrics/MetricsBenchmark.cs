using System.Diagnostics;
using Estiba.Metrics.Series;
using Estiba.Metrics.Storage;

namespace Estiba.Benchmarks.Metrics;

/// <summary>
/// Metrics: how many values are stored durably in a second, what fifteen days of minutes take, and how an hour of a
/// series is read, with as many series as are asked for (a thousand unless said otherwise), on the disk of the current
/// directory. Of four series one counts, one has two digits behind the point, one any, and one has sets of statistics.
/// </summary>
internal static class MetricsBenchmark
{
    private const int Minutes = 15 * 24 * 60;
    private const int InRequest = 1000;
    private const int Callers = 8;
    private static readonly Scope Scope = new("123456789012", "eu-west-1");

    internal static async Task RunAsync(string[] arguments)
    {
        var count = arguments.Length > 0 ? int.Parse(arguments[0]) : 1000;
        var directory = Directory.CreateDirectory(
            Path.Combine(Repository.Root, "artifacts", $"metrics-benchmark-{Environment.ProcessId}")
        );
        try
        {
            var options = new StorageOptions { Directory = directory.FullName };
            var series = Enumerable.Range(0, count).Select(i => new Source(i)).ToArray();
            var begin = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 60 * 60 - 60L * Minutes + 3600;
            await using (var store = await MetricStore.OpenAsync(options, TimeProvider.System))
            {
                await MeasureMemoryAsync(store);
                var before = SizeOf(directory);
                await PutAsync(store, series, begin);
                var size = SizeOf(directory) - before;
                var points = (double)count * Minutes;
                Figure.Print("metrics", $"on disk, {points:N0} minutes, a minute", size / points, "bytes");
                Figure.Print(
                    "metrics",
                    "15 days of 10,000 series by that",
                    size / points * Minutes * 10_000 / (1 << 20),
                    "MiB"
                );
                Read(store, series, begin);
            }

            var clock = Stopwatch.StartNew();
            await using (var reopened = await MetricStore.OpenAsync(options, TimeProvider.System))
                Figure.Print(
                    "metrics",
                    $"opened again, {reopened.SeriesCount:N0} series",
                    clock.Elapsed.TotalMilliseconds,
                    "ms"
                );
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task MeasureMemoryAsync(MetricStore store)
    {
        const int Many = 50_000;
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Many; i += InRequest)
            await store.PutAsync(
                Scope,
                [
                    .. Enumerable
                        .Range(i, InRequest)
                        .Select(j => new Measurement(
                            new Metric(
                                "Memory",
                                "Requests",
                                [new MetricDimension("ClusterName", "default"), new MetricDimension("Task", $"{j:x32}")]
                            ),
                            "Count",
                            now,
                            false,
                            Summary.Of(j)
                        )),
                ]
            );
        await store.FlushAsync();
        Figure.Print(
            "metrics",
            $"memory per series of two dimensions, {Many:N0} of them",
            (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Many,
            "bytes"
        );
    }

    private static async Task PutAsync(MetricStore store, Source[] series, long begin)
    {
        var clock = Stopwatch.StartNew();
        var size = Math.Min(InRequest, series.Length);
        for (var minute = 0; minute < Minutes; minute += Callers)
        {
            var requests = Enumerable
                .Range(minute, Callers)
                .SelectMany(each =>
                    series.Chunk(size).Select(part => part.Select(it => it.At(begin + 60L * each)).ToList())
                )
                .ToList();
            await Task.WhenAll(requests.Select(request => store.PutAsync(Scope, request)));
        }

        var values = (double)series.Length * Minutes;
        Figure.Print("metrics", $"durable values, {size} a request", values / clock.Elapsed.TotalSeconds, "values/s");
        await store.FlushAsync();
        Figure.Print(
            "metrics",
            "the same, until all are compressed and merged",
            values / clock.Elapsed.TotalSeconds,
            "values/s"
        );
    }

    private static void Read(MetricStore store, Source[] series, long begin)
    {
        var random = new Random(1);
        Measure("an hour of a series by minutes, average", 2000, 60, 3600, Statistic("Average"));
        Measure("an hour of a series by minutes, p99", 2000, 60, 3600, Statistic("p99"));
        Measure("a day of a series by five minutes", 500, 300, 86_400, Statistic("Maximum"));
        Measure("two weeks of a series by hours", 100, 3600, 14 * 86_400, Statistic("Sum"));

        void Measure(string what, int rounds, int period, int seconds, Statistic statistic)
        {
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < rounds; i++)
            {
                // No percentiles are known of a set of statistics, which every fourth series has.
                var one = series[random.Next(series.Length) / 4 * 4];
                var from = begin + random.Next(60 * Minutes - seconds) / period * period;
                var query = new SeriesQuery(one.Metric, statistic, period, from, from + seconds);
                if (store.Read(Scope, query).Count < seconds / period)
                    throw new InvalidOperationException($"Not what was stored: {what}");
            }

            Figure.Print("metrics", what, clock.Elapsed.TotalMilliseconds / rounds, "ms");
        }
    }

    private static Statistic Statistic(string text) =>
        Estiba.Metrics.Series.Statistic.TryParse(text, out var statistic)
            ? statistic
            : throw new InvalidOperationException(text);

    private static long SizeOf(DirectoryInfo directory) =>
        directory.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private sealed class Source(int number)
    {
        private readonly Random _random = new(number);
        private double _level = 50;

        public Metric Metric { get; } =
            new("App", $"m{number % 20}", [new MetricDimension("Service", $"service-{number / 20}")]);

        public Measurement At(long time)
        {
            _level = Math.Clamp(_level + _random.NextDouble() * 4 - 2, 0, 100);
            var values = (number % 4) switch
            {
                0 => Summary.Of(_random.Next(500)),
                1 => Summary.Of(Math.Round(_level, 2)),
                2 => Summary.Of(_level),
                _ => Set(),
            };
            return new Measurement(Metric, "None", time, false, values);
        }

        private Summary Set()
        {
            var (low, high) = (Math.Round(_level, 1), Math.Round(_level + _random.NextDouble(), 1));
            return new Summary
            {
                Count = 3,
                Sum = Math.Round(low + high + (low + high) / 2, 1),
                Minimum = low,
                Maximum = high,
            };
        }
    }
}
