using System.Diagnostics;
using Estiba.State;
using Estiba.State.Maps;

namespace Estiba.Benchmarks.State;

/// <summary>How quick and how small the store's maps are. Options: the number of entries.</summary>
internal static class SortedMapBenchmark
{
    internal static Task RunAsync(string[] options)
    {
        var size = options.Length > 0 ? int.Parse(options[0]) : 2_000_000;
        var random = new Random(1);
        var keys = Enumerable
            .Range(0, size)
            .Select(_ => $"123456789012/eu-west-1/cluster/{random.NextInt64():x16}")
            .ToArray();
        var record = new object();

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var map = Measure("inserts in one transaction", size, () =>
        {
            var owner = new Owner();
            var made = default(SortedMap<TextKey, Row<object>>);
            foreach (var key in keys)
                made = made.Set(new Row<object>(key, 1, record), owner);
            return made;
        });
        Figure.Print(
            "map",
            "memory beside keys and values",
            (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)size,
            "B/entry"
        );

        random.Shuffle(keys);
        Measure("lookups", size, () =>
        {
            var found = 0;
            foreach (var key in keys)
            {
                if (map.TryFind(new TextKey(key), out _))
                    found++;
            }

            return found;
        });
        Measure("replacements in one transaction", size, () =>
        {
            var owner = new Owner();
            var changed = map;
            foreach (var key in keys)
                changed = changed.Set(new Row<object>(key, 2, record), owner);
            return changed;
        });
        Measure("replacements, each a transaction", 200_000, () =>
        {
            var changed = map;
            foreach (var key in keys.AsSpan(0, Math.Min(size, 200_000)))
                changed = changed.Set(new Row<object>(key, 2, record), new Owner());
            return changed;
        });
        Measure("walk", size, () =>
        {
            var count = 0;
            var cursor = map.From(new TextKey(""));
            while (cursor.MoveNext())
                count++;
            return count;
        });
        Measure("counts of a prefix", 200_000, () =>
        {
            var sum = 0;
            foreach (var key in keys.AsSpan(0, Math.Min(size, 200_000)))
                sum += map.CountBelow(new TextKey(key));
            return sum;
        });
        Measure("removals in one transaction", size, () =>
        {
            var owner = new Owner();
            var changed = map;
            foreach (var key in keys)
                changed = changed.Remove(new TextKey(key), owner);
            return changed;
        });
        GC.KeepAlive(keys);
        return Task.CompletedTask;
    }

    private static T Measure<T>(string what, int count, Func<T> run)
    {
        GC.Collect();
        var watch = Stopwatch.StartNew();
        var result = run();
        Figure.Print("map", what, count / watch.Elapsed.TotalSeconds, "/s");
        return result;
    }
}
