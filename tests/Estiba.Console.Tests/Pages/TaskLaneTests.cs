using Estiba.Console.Pages.Services;

namespace Estiba.Console.Tests.Pages;

public sealed class TaskLaneTests
{
    private static readonly DateTimeOffset Noon = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Tasks_are_bars_in_percent_of_the_time_since_the_first()
    {
        var (lanes, from, to) = TaskLane.Of(
            [
                new() { TaskArn = "t/new", CreatedAt = Noon.AddMinutes(5) },
                new()
                {
                    TaskArn = "t/old",
                    CreatedAt = Noon,
                    StoppedAt = Noon.AddMinutes(6),
                },
            ],
            Noon.AddMinutes(10)
        );

        (from, to).ShouldBe((Noon, Noon.AddMinutes(10)));
        lanes
            .Select(it => (it.Task, it.Left, it.Width, it.IsStopped))
            .ShouldBe([("old", 0, 60, true), ("new", 50, 50, false)]);
    }

    [Fact]
    public void Without_tasks_there_are_no_bars() => TaskLane.Of([], Noon).Lanes.ShouldBeEmpty();
}
