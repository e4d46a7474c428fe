using Estiba.Console.Pages.Tasks;
using Estiba.Console.Texts;

namespace Estiba.Console.Tests.Pages;

public sealed class TaskStoryTests
{
    [Fact]
    public void A_task_that_runs_has_no_end_to_tell() =>
        TaskStory.Why(new Ecs.EcsTask { LastStatus = "RUNNING" }, Language.English).ShouldBeNull();

    [Fact]
    public void An_image_that_is_not_there_is_named() =>
        Why(
                "TaskFailedToStart",
                "Task failed to start",
                new Ecs.Container
                {
                    Name = "web",
                    Image = "shop:2",
                    Reason = "CannotPullContainerError: not found",
                }
            )
            .ShouldContain("The image shop:2 of container web could not be pulled");

    [Fact]
    public void A_log_group_that_is_missing_says_what_to_do() =>
        Why(
                "TaskFailedToStart",
                "ResourceInitializationError",
                new Ecs.Container
                {
                    Name = "web",
                    Reason = "awslogs: ResourceNotFoundException: The specified log group does not exist.",
                }
            )
            .ShouldContain("create it");

    [Fact]
    public void A_container_that_ran_out_of_memory_is_told_from_one_that_was_killed()
    {
        Why("EssentialContainerExited", "", Exited(137, "OutOfMemoryError: killed")).ShouldContain("memory than its");
        Why("EssentialContainerExited", "", Exited(137, null)).ShouldContain("was killed");
    }

    [Fact]
    public void The_exit_code_is_said()
    {
        Why("EssentialContainerExited", "Essential container in task exited", Exited(3, null))
            .ShouldBe("Container web ended with exit code 3: its log says why.");
        Why("EssentialContainerExited", "Essential container in task exited", Exited(0, null))
            .ShouldContain("without an error");
    }

    [Fact]
    public void A_stop_by_hand_and_one_by_its_service_are_told_apart()
    {
        Why("UserInitiated", "old", Exited(null, null)).ShouldStartWith("It was stopped by hand.");
        Why("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)", Exited(null, null))
            .ShouldStartWith("Its service stopped it");
        Why("ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group x)", Exited(null, null))
            .ShouldStartWith("The health check of its target group failed");
    }

    private static Ecs.Container Exited(int? code, string? reason) =>
        new()
        {
            Name = "web",
            ExitCode = code,
            Reason = reason,
        };

    private static string Why(string code, string reason, Ecs.Container container) =>
        TaskStory
            .Why(
                new Ecs.EcsTask
                {
                    StopCode = code,
                    StoppedReason = reason,
                    Containers = [container],
                },
                Language.English
            )
            .ShouldNotBeNull();
}
