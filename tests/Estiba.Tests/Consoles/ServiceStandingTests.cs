using Estiba.Console.Pages;
using Estiba.Console.Texts;
using Estiba.Contracts.Ecs;

namespace Estiba.Tests.Consoles;

public sealed class ServiceStandingTests
{
    [Theory]
    [InlineData("ACTIVE", 2, 2, "COMPLETED", "It is at its desired count.")]
    [InlineData("ACTIVE", 2, 1, "IN_PROGRESS", "It waits for tasks to start.")]
    [InlineData("ACTIVE", 2, 3, "IN_PROGRESS", "It waits for tasks to stop.")]
    [InlineData("ACTIVE", 2, 2, "IN_PROGRESS", "It waits for a deployment to complete.")]
    [InlineData("DRAINING", 0, 1, "COMPLETED", "It is being deleted.")]
    [InlineData("INACTIVE", 0, 0, "COMPLETED", "It is deleted.")]
    public void It_says_what_a_service_waits_for_in_each_language(
        string status,
        int desired,
        int running,
        string rollout,
        string sentence
    )
    {
        var service = new Service
        {
            Status = status,
            DesiredCount = desired,
            RunningCount = running,
            Deployments = [new Deployment { RolloutState = rollout }],
        };

        var said = ServiceStanding.Of(service);

        said.ShouldBe(sentence);
        Language.Spanish[said].ShouldNotBe(said);
    }

    [Fact]
    public void The_newest_event_tells_the_obstacle_while_tasks_are_missing()
    {
        const string Unable =
            "(service web) was unable to place a task because no container instance met all of its " + "requirements.";
        var service = new Service
        {
            Status = "ACTIVE",
            DesiredCount = 2,
            RunningCount = 1,
            Events = [new ServiceEvent { Message = Unable }],
        };

        ServiceStanding.Obstacle(service).ShouldBe(Unable);
        ServiceStanding.Obstacle(service with { RunningCount = 2 }).ShouldBeNull();
    }
}
