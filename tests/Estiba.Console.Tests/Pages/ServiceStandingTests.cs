using Estiba.Console.Pages.Services;
using Estiba.Console.Texts;

namespace Estiba.Console.Tests.Pages;

public sealed class ServiceStandingTests
{
    private const string NoRoom =
        "(service web) was unable to place a task because no container instance met all of its requirements.";

    [Theory]
    [InlineData(2, 2, "COMPLETED", "It is at its desired count.")]
    [InlineData(1, 2, "COMPLETED", "It waits for 1 of 2 tasks to start.")]
    [InlineData(3, 2, "COMPLETED", "It waits for 1 tasks to stop.")]
    [InlineData(2, 2, "IN_PROGRESS", "It waits for a deployment to complete.")]
    public void It_says_what_a_service_waits_for(int running, int desired, string rollout, string said) =>
        ServiceStanding.Of(Service(running, desired, rollout), Language.English).ShouldBe(said);

    [Fact]
    public void What_is_in_the_way_is_the_last_trouble_since_it_was_steady()
    {
        ServiceStanding.Obstacle(Service(0, 1, "IN_PROGRESS", NoRoom)).ShouldBe(NoRoom);
        ServiceStanding.Obstacle(Service(0, 1, "IN_PROGRESS", "has started 1 tasks.", NoRoom)).ShouldBe(NoRoom);
        ServiceStanding
            .Obstacle(Service(0, 1, "IN_PROGRESS", "(service web) has reached a steady state.", NoRoom))
            .ShouldBeNull();
        ServiceStanding.Obstacle(Service(1, 1, "COMPLETED", NoRoom)).ShouldBeNull();
    }

    private static Ecs.Service Service(int running, int desired, string rollout, params string[] events) =>
        new()
        {
            Status = "ACTIVE",
            RunningCount = running,
            DesiredCount = desired,
            Deployments = [new() { RolloutState = rollout }],
            Events = [.. events.Select(message => new Ecs.ServiceEvent { Message = message })],
        };
}
