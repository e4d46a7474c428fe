using Estiba.Consoles;

namespace Estiba.Tests.Consoles;

public sealed class RestartDelayTests
{
    [Fact]
    public void The_delay_doubles_with_each_end_that_comes_soon_up_to_a_minute()
    {
        var (ends, delays) = (0, new List<double>());
        for (var life = 0; life < 9; life++)
        {
            ends = RestartDelay.Count(ends, TimeSpan.FromSeconds(3));
            delays.Add(RestartDelay.After(ends).TotalSeconds);
        }

        delays.ShouldBe([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    [Fact]
    public void What_has_worked_for_a_while_is_started_again_at_once() =>
        RestartDelay.After(RestartDelay.Count(before: 5, RestartDelay.Steady)).ShouldBe(TimeSpan.Zero);
}
