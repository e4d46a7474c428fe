using System.Diagnostics;
using Estiba.Contracts.CloudWatch;
using Estiba.Metrics;
using Estiba.Metrics.Alarms;
using Estiba.Metrics.Series;
using Estiba.Metrics.Storage;
using Estiba.State;
using Estiba.State.Journals;
using Metric = Estiba.Metrics.Series.Metric;

namespace Estiba.Benchmarks.Metrics;

/// <summary>
/// Alarms: what it takes to look at a thousand of them that stay as they are, each on a metric of its own with a value
/// a minute in the last hour, three of three periods; as many as are asked for (five thousand unless said otherwise).
/// </summary>
internal static class AlarmsBenchmark
{
    private const int Rounds = 5;
    private static readonly Scope Scope = new("123456789012", "eu-west-1");

    internal static async Task RunAsync(string[] arguments)
    {
        var count = arguments.Length > 0 ? int.Parse(arguments[0]) : 5000;
        var directory = Directory.CreateDirectory(
            Path.Combine(Repository.Root, "artifacts", $"alarms-benchmark-{Environment.ProcessId}")
        );
        try
        {
            await using var values = await MetricStore.OpenAsync(
                new StorageOptions { Directory = directory.FullName },
                TimeProvider.System
            );
            await using var store = await Store.OpenAsync(new MemoryJournal(), MetricsTables.All);
            var alarms = Enumerable.Range(0, count).Select(AlarmOf).ToList();
            await PutAsync(values, alarms);
            await store.CommitAsync(transaction =>
            {
                foreach (var alarm in alarms)
                {
                    transaction.Put(MetricsTables.Alarms, alarm);
                    transaction.Put(MetricsTables.AlarmStates, AlarmStateRecord.Of(alarm));
                }
            });
            var reconciler = new AlarmReconciler(store, values, TimeProvider.System);
            Print("the first time, when all change", await RoundAsync(reconciler, alarms), count);
            var rounds = new List<double>();
            for (var round = 0; round < Rounds; round++)
                rounds.Add(await RoundAsync(reconciler, alarms));
            Print("that stay as they are", rounds.Order().ElementAt(Rounds / 2), count);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void Print(string what, double milliseconds, int count) =>
        Figure.Print("alarms", $"a thousand evaluated {what}", milliseconds / count * 1000, "ms");

    private static async Task<double> RoundAsync(AlarmReconciler reconciler, IReadOnlyList<AlarmRecord> alarms)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(
            alarms.Select(alarm => reconciler.ReconcileAsync(alarm.Key, CancellationToken.None)).ToList()
        );
        return clock.Elapsed.TotalMilliseconds;
    }

    private static async Task PutAsync(MetricStore values, IReadOnlyList<AlarmRecord> alarms)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 60 * 60;
        for (var minute = 0; minute < 60; minute++)
        {
            foreach (var part in alarms.Chunk(1000))
                await values.PutAsync(
                    Scope,
                    [
                        .. part.Select(alarm => new Measurement(
                            new Metric("Example", alarm.Name, []),
                            "None",
                            now - minute * 60,
                            false,
                            Summary.Of(minute)
                        )),
                    ]
                );
        }
    }

    private static AlarmRecord AlarmOf(int number) =>
        new()
        {
            Scope = Scope,
            Name = $"alarm-{number}",
            ConfiguredAt = DateTimeOffset.UtcNow - TimeSpan.FromHours(1),
            Metric = new MetricSettings
            {
                Namespace = "Example",
                MetricName = $"alarm-{number}",
                Statistic = "Average",
                Period = 60,
                EvaluationPeriods = 3,
                Threshold = 80,
                ComparisonOperator = ComparisonOperator.GreaterThanThreshold,
            },
        };
}
