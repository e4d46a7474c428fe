using Estiba.Metrics.Series;
using Estiba.Metrics.Storage;

namespace Estiba.Metrics.Tests.Storage;

/// <summary>Random histories of a store, held against a list in memory.</summary>
public sealed class MetricStoreModelTests
{
    private static readonly string[] Statistics = ["SampleCount", "Sum", "Minimum", "Maximum", "p50", "p90", "tm90"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 8)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_store_answers_as_a_list_would(int seed)
    {
        var random = new Random(seed);
        await using var world = await StorageWorld.OpenAsync();
        var model = new List<(string Metric, long Time, bool IsHighResolution, Summary Values)>();
        for (var step = 0; step < 300; step++)
        {
            switch (random.Next(40))
            {
                case < 28:
                    await PutAsync();
                    break;
                case < 30:
                    await world.Store.FlushAsync();
                    break;
                case 30:
                    await world.ReopenAsync();
                    break;
                case 31:
                    world.Time.Advance(TimeSpan.FromMinutes(random.Next(1, 3000)));
                    break;
                case 32:
                    world.Time.Advance(TimeSpan.FromDays(random.Next(1, 20)));
                    break;
                case < 35:
                    await world.Store.CleanAsync();
                    break;
                default:
                    Compare();
                    break;
            }
        }

        await world.Store.FlushAsync();
        await world.Store.CleanAsync();
        Compare();
        world.Damage.Count.ShouldBe(0);

        async Task PutAsync()
        {
            var batch = new List<Measurement>();
            for (var count = random.Next(1, 30); count > 0; count--)
            {
                var (name, isHighResolution) = ($"m{random.Next(6)}", random.Next(4) == 0);
                var time = world.Now - random.Next(random.Next(2) == 0 ? 300 : 14 * 86_400) + random.Next(60);
                var values = AnyValues(random);
                model.Add((name, time, isHighResolution, values));
                batch.Add(new Measurement(StorageWorld.Metric(name), "Count", time, isHighResolution, values));
            }

            await world.Store.PutAsync(StorageWorld.Scope, batch);
        }

        void Compare()
        {
            var metric = $"m{random.Next(6)}";
            foreach (var period in (int[])[1, 10, 60, 300, 3600, 86_400])
                ComparePeriods(metric, period);
        }

        void ComparePeriods(string metric, int period)
        {
            var from = world.Now - random.Next(480) * 86_400L;
            from -= from % 86_400;
            // Which part of the oldest five minutes or hour is still there depends on what was made coarser when.
            from = period < 300 ? from : Math.Max(from, (world.Now / 86_400 - Kept(period) + 2) * 86_400);
            foreach (var statistic in Statistics)
            {
                var parsed = StorageWorld.Statistic(statistic);
                var expected = Expected(metric, period, from)
                    .Select(sum => (sum.Time, Value: StatisticValue.Of(parsed, sum.Summary)))
                    .Where(point => point.Value is not null)
                    .ToList();
                var found = world.Store.Read(
                    StorageWorld.Scope,
                    new SeriesQuery(StorageWorld.Metric(metric), parsed, period, from, world.Now + 7200)
                );
                found
                    .Select(point => point.Time)
                    .ShouldBe(expected.Select(point => point.Time), $"{metric} {statistic} {period}");
                for (var i = 0; i < found.Count; i++)
                {
                    // What was rounded, and rounded again with others, is off by one percent at most.
                    var tolerance =
                        Math.Abs(expected[i].Value!.Value)
                            * (StatisticValue.NeedsValues(parsed) ? 2.02 * Distribution.Accuracy : 1e-9)
                        + 1e-9;
                    found[i].Value.ShouldBe(expected[i].Value!.Value, tolerance, $"{metric} {statistic} {period}");
                }
            }
        }

        IEnumerable<TimedSummary> Expected(string metric, int period, long from)
        {
            var retention = period < 60 ? 3 * 3600 : 86_400 * Kept(period);
            var sums = new SortedDictionary<long, TimedSummary>();
            foreach (var (name, time, isHighResolution, values) in model)
            {
                // What is kept of a value is the minute in which it was, of older ones less.
                if (name != metric || (period < 60 && !isHighResolution))
                    continue;
                var slot = period < 60 ? time : time - time % 60;
                if (slot < from || slot < world.Now - retention)
                    continue;
                var start = time - (time - from) % period;
                var sum = sums.GetValueOrDefault(start, new TimedSummary { Time = start });
                sum.Summary.Add(values);
                sums[start] = sum;
            }

            return sums.Values;
        }
    }

    /// <summary>For how many days periods are kept.</summary>
    private static long Kept(int period) =>
        period % 3600 == 0 ? 455
        : period % 300 == 0 ? 63
        : 15;

    private static Summary AnyValues(Random random)
    {
        if (random.Next(6) == 0)
            return new Summary
            {
                Count = random.Next(1, 50),
                Sum = random.Next(1000),
                Minimum = 1,
                Maximum = random.Next(1, 40),
            };
        var sum = Summary.Of(random.Next(100), random.Next(1, 4));
        for (var more = random.Next(3) == 0 ? random.Next(60) : 0; more > 0; more--)
            sum.Add(Summary.Of(Math.Round(random.NextDouble() * 1000, 3)));
        return sum;
    }
}
