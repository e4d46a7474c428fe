namespace Estiba.ApplicationAutoScaling.Tests.Histories;

public sealed class ScalingHistoryTests
{
    private static TimeSpan Hours(double hours) => TimeSpan.FromHours(hours);

    [Fact]
    public async Task Under_a_load_that_doubles_and_falls_the_service_follows_and_does_not_oscillate()
    {
        var history = new ScalingHistory
        {
            Desired = 5,
            Load = time =>
                time < Hours(1) ? 220
                : time < Hours(3) ? 440
                : 110,
            Length = Hours(8),
        };

        var points = await history.PlayAsync();

        points.ShouldAllBe(point => point.Desired >= history.Min && point.Desired <= history.Max);
        // Three minutes until the alarm, and half a minute for the tasks.
        points
            .Where(point => point.Time > Hours(1) + TimeSpan.FromMinutes(6) && point.Time <= Hours(3))
            .ShouldAllBe(point => point.Utilisation <= history.Target);
        points[^1].Desired.ShouldBe(3);
        Directions(points).ShouldBe([1, -1]);
        Changes(points.Where(point => point.Time > Hours(3) + Hours(1.5))).ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Under_a_load_that_only_trembles_the_service_stands_still(int seed)
    {
        var random = new Random(seed);
        var noise = Enumerable.Range(0, 100_000).Select(_ => 1 + (random.NextDouble() - 0.5) / 5).ToList();
        var history = new ScalingHistory
        {
            Desired = 12,
            Load = time => 330 * noise[(int)time.TotalSeconds],
            Length = Hours(12),
        };

        var points = await history.PlayAsync();

        Changes(points.Where(point => point.Time > Hours(2))).ShouldBeLessThanOrEqualTo(1);
        (330d / points[^1].Desired).ShouldBeInRange(history.Target * 0.8, history.Target);
    }

    [Fact]
    public async Task Over_a_day_the_service_goes_up_once_and_down_once()
    {
        var history = new ScalingHistory
        {
            Desired = 3,
            Load = time => 400 - 280 * Math.Cos(time.TotalHours / 24 * 2 * Math.PI),
            Length = Hours(24),
        };

        var points = await history.PlayAsync();

        points.ShouldAllBe(point => point.Desired >= history.Min && point.Desired <= history.Max);
        Directions(points).ShouldBe([1, -1]);
        points.Count(point => point.Utilisation > history.Target * 1.15).ShouldBe(0);
        points.Max(point => point.Desired).ShouldBeInRange(14, 16);
    }

    [Fact]
    public async Task More_than_the_maximum_can_do_brings_the_maximum_and_no_more()
    {
        var history = new ScalingHistory
        {
            Max = 6,
            Load = time => time < Hours(1) ? 5000 : 0,
            Length = Hours(6),
        };

        var points = await history.PlayAsync();

        points.Max(point => point.Desired).ShouldBe(6);
        points.Single(point => point.Time == TimeSpan.FromMinutes(15)).Running.ShouldBe(6);
        points[^1].Desired.ShouldBe(1);
        Directions(points).ShouldBe([1, -1]);
    }

    [Fact]
    public async Task Tasks_that_are_slow_to_start_are_not_asked_for_again_and_again()
    {
        var history = new ScalingHistory
        {
            Desired = 4,
            Start = TimeSpan.FromMinutes(8),
            Load = time => time < Hours(0.5) ? 180 : 360,
            Length = Hours(3),
        };

        var points = await history.PlayAsync();

        points.Max(point => point.Desired).ShouldBe(8);
        Changes(points).ShouldBe(1);
    }

    private static int Changes(IEnumerable<ScalingPoint> points) =>
        points
            .Select(point => point.Desired)
            .Aggregate((Count: 0, Last: -1), (seen, desired) =>
                (seen.Count + (seen.Last >= 0 && seen.Last != desired ? 1 : 0), desired)
            )
            .Count;

    /// <summary>Up is 1, down is -1; as often in a row as it may be, it is said once.</summary>
    private static List<int> Directions(IReadOnlyList<ScalingPoint> points)
    {
        var directions = new List<int>();
        for (var i = 1; i < points.Count; i++)
        {
            var direction = Math.Sign(points[i].Desired - points[i - 1].Desired);
            if (direction != 0 && (directions.Count == 0 || directions[^1] != direction))
                directions.Add(direction);
        }

        return directions;
    }
}
