using System.Diagnostics;

namespace Estiba.Benchmarks.Scaling;

/// <summary>
/// A policy that tracks 1,000 requests a minute for each task, in virtual time: under a load that doubles and falls the
/// service follows, and under one that only trembles it stands still. Draws <c>docs/scaling.svg</c>.
/// </summary>
internal static class ScalingBenchmark
{
    private const double Target = 1000;
    private const double Usual = 5400;

    /// <summary>By how much each minute's load is off, up or down.</summary>
    private const double Tremble = 0.1;

    private static readonly TimeSpan Doubles = TimeSpan.FromHours(1);
    private static readonly TimeSpan Falls = TimeSpan.FromHours(3);

    internal static async Task RunAsync()
    {
        var clock = Stopwatch.StartNew();
        var steps = await PlayAsync(TimeSpan.FromHours(6), time => time < Doubles || time >= Falls ? Usual : 2 * Usual);
        var day = await PlayAsync(TimeSpan.FromHours(24), time =>
            Usual * (1.2 - Math.Cos(time.TotalHours / 12 * Math.PI))
        );
        var still = await PlayAsync(TimeSpan.FromHours(24), _ => Usual);
        clock.Stop();

        var end = TimeSpan.MaxValue;
        Print(
            "the load doubles: until enough tasks run",
            Until(steps, Doubles, point => point.PerTarget <= Target),
            "min"
        );
        Print(
            "the load doubles: tasks for 10,800 requests a minute",
            steps.Single(point => point.Time == Falls).Running,
            "tasks"
        );
        Print("the load doubles: changes of the desired count", Changes(steps, Doubles, Falls), "changes");
        Print("the load falls again: until the last task is given up", LastChange(steps) - Falls.TotalMinutes, "min");
        Print("the load falls again: tasks for 5,400 requests a minute", steps[^1].Running, "tasks");
        Print("the load falls again: changes of the desired count", Changes(steps, Falls, end), "changes");
        Print("both together: turns between out and in", Turns(steps), "turns");
        Print(
            "a day's wave, 1,080 to 11,880 requests a minute: tasks at least",
            day.Min(point => point.Desired),
            "tasks"
        );
        Print(
            "a day's wave, 1,080 to 11,880 requests a minute: tasks at most",
            day.Max(point => point.Desired),
            "tasks"
        );
        Print("a day's wave, 1,080 to 11,880 requests a minute: turns between out and in", Turns(day), "turns");
        Print(
            "a day that only trembles by 10 %: changes of the desired count",
            Changes(still, TimeSpan.Zero, end),
            "changes"
        );
        Print("virtual time played in a second", 54 / clock.Elapsed.TotalSeconds, "h");

        var path = Path.Combine(Repository.Root, "docs", "scaling.svg");
        await File.WriteAllTextAsync(path, Draw(steps).Svg());
        await Console.Error.WriteLineAsync($"{path} is written.");
    }

    private static async Task<IReadOnlyList<ScalingPoint>> PlayAsync(TimeSpan length, Func<TimeSpan, double> load)
    {
        var random = new Random(11);
        var trembling = Enumerable
            .Range(0, (int)length.TotalMinutes + 1)
            .Select(_ => 1 + Tremble * (2 * random.NextDouble() - 1))
            .ToList();
        await using var history = await ScalingHistory.OpenAsync(Target, desired: 6, max: 20);
        return await history.PlayAsync(length, time => load(time) * trembling[(int)time.TotalMinutes]);
    }

    private static void Print(string what, double value, string unit) => Figure.Print("scaling", what, value, unit);

    private static double Until(IReadOnlyList<ScalingPoint> points, TimeSpan change, Func<ScalingPoint, bool> enough) =>
        (
            points.First(point => point.Time > change + TimeSpan.FromMinutes(1) && enough(point)).Time - change
        ).TotalMinutes;

    private static int Changes(IReadOnlyList<ScalingPoint> points, TimeSpan from, TimeSpan to) =>
        points
            .Zip(points.Skip(1))
            .Count(pair =>
                pair.Second.Time > from && pair.Second.Time <= to && pair.First.Desired != pair.Second.Desired
            );

    private static double LastChange(IReadOnlyList<ScalingPoint> points) =>
        points.Zip(points.Skip(1)).Last(pair => pair.First.Desired != pair.Second.Desired).Second.Time.TotalMinutes;

    private static int Turns(IReadOnlyList<ScalingPoint> points)
    {
        var directions = points
            .Zip(points.Skip(1), (one, next) => Math.Sign(next.Desired - one.Desired))
            .Where(direction => direction != 0)
            .ToList();
        return directions.Zip(directions.Skip(1)).Count(pair => pair.First != pair.Second);
    }

    private static Plot Draw(IReadOnlyList<ScalingPoint> points)
    {
        IReadOnlyList<(double, double)> Line(Func<ScalingPoint, double> value) =>
            [.. points.Select(point => (point.Time.TotalHours, value(point)))];
        return new Plot("hours")
        {
            Panels =
            [
                new Panel("requests a minute", [new Curve("load", Line(point => point.Load), "#4c78a8")]),
                new Panel(
                    "requests a minute for each task",
                    [
                        new Curve("measured", Line(point => point.PerTarget), "#4c78a8"),
                        new Curve("target", Line(_ => Target), "#e45756"),
                        new Curve("in below", Line(_ => Target * 0.9), "#bab0ac"),
                    ]
                ),
                new Panel(
                    "tasks",
                    [
                        new Curve("running", Line(point => point.Running), "#54a24b"),
                        new Curve("needed for the load", Line(point => point.Load / Target), "#bab0ac"),
                    ]
                ),
            ],
        };
    }
}
