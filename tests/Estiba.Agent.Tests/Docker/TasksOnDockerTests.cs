using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;
using Estiba.Engines;

namespace Estiba.Agent.Tests.Docker;

public sealed class TasksOnDockerTests
{
    [Fact]
    public async Task A_task_is_started_reported_and_stopped()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "exec sleep 100"));

        var message = await test.Server.SendTasksAsync(task);

        (await test.Server.ReceiveAsync<AckRequest>()).MessageId.ShouldBe(message);
        var running = await test.Ecs.ReportAsync(task.Arn!, "RUNNING");
        running.Containers![0].RuntimeId!.Length.ShouldBe(64);
        running.PullStartedAt.ShouldNotBeNull();

        await test.Server.SendTasksAsync(task with { DesiredStatus = "STOPPED" });
        var stopped = await test.Ecs.ReportAsync(task.Arn!, "STOPPED");
        stopped.Containers![0].ExitCode.ShouldBe(137); // sleep as first process takes no notice of SIGTERM
        stopped.Reason.ShouldBeNull();
    }

    [Fact]
    public async Task The_end_of_an_essential_container_stops_the_others()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(
            TestTasks.UntilTold("app", exitCode: 7),
            TestTasks.Shell("sidecar", "trap 'exit 3' TERM; while :; do sleep 0.05; done", essential: false) with
            {
                StopTimeout = 60,
            }
        );
        var running = await test.RunAsync(task);
        await TestAgent.CatchesAsync(running, "sidecar", TestAgent.Term);

        await TestAgent.EndAsync(running);

        var stopped = await test.Ecs.ReportAsync(task.Arn!, "STOPPED");
        stopped.Reason.ShouldBe("Essential container in task exited");
        stopped.Containers!.Select(container => container.ExitCode).ShouldBe([7, 3]);
    }

    [Fact]
    public async Task A_missing_log_group_fails_the_start_with_the_words_of_Dockers_driver()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "exec sleep 100").WithAwsLogs("missing"));

        await test.Server.SendTasksAsync(task);

        var stopped = await test.Ecs.ReportAsync(task.Arn!, "STOPPED");
        stopped.Reason.ShouldBe("Task failed to start");
        stopped
            .Containers![0]
            .Reason.ShouldBe(
                "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: "
                    + "failed to create Cloudwatch log stream: "
                    + "ResourceNotFoundException: The specified log group does not exist."
            );
    }

    [Fact]
    public async Task The_output_of_a_container_is_in_its_log_stream()
    {
        await using var test = await TestAgent.StartAsync();
        test.Logs.Groups.Add("web");
        var task = TestTasks.Task(
            TestTasks.Shell("app", "echo one; echo two >&2; echo; echo three").WithAwsLogs("web")
        );

        await test.Server.SendTasksAsync(task);
        await test.Ecs.ReportAsync(task.Arn!, "STOPPED");

        await Eventually.HoldsAsync(() => test.Logs.Messages("web", $"app/app/{task.Id()}").Count == 3);
        var messages = test.Logs.Messages("web", $"app/app/{task.Id()}");
        messages.ShouldBe(["one", "two", "three"], ignoreOrder: true); // Docker reads the two outputs side by side
        messages.Where(message => message != "two").ShouldBe(["one", "three"]);
    }

    [Fact]
    public async Task A_host_port_of_zero_is_chosen_and_reported()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(
            TestTasks.Shell("app", "exec sleep 100") with
            {
                PortMappings =
                [
                    new PortMapping
                    {
                        ContainerPort = 80,
                        HostPort = 0,
                        Protocol = "tcp",
                    },
                    new PortMapping { ContainerPortRange = "9000-9003", Protocol = "tcp" },
                ],
            }
        );

        var running = await test.RunAsync(task);

        var bindings = running.Containers![0].NetworkBindings!;
        bindings[0].BindIP.ShouldBe("127.0.0.1");
        bindings[0].HostPort!.Value.ShouldBeGreaterThan(32767);
        bindings[1].ContainerPortRange.ShouldBe("9000-9003");
        bindings[1]
            .HostPortRange!.Split('-')
            .Select(int.Parse)
            .ToArray()
            .ShouldSatisfyAllConditions(range => (range[1] - range[0]).ShouldBe(3));
    }

    [Fact]
    public async Task An_image_that_does_not_exist_is_named_in_the_reason()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "127.0.0.1:1/missing:1" });

        await test.Server.SendTasksAsync(task);

        var stopped = await test.Ecs.ReportAsync(task.Arn!, "STOPPED");
        stopped.Containers![0].Reason!.ShouldStartWith("CannotPullContainerError: Error response from daemon: ");
        stopped.Reason.ShouldBe("Task failed to start");
    }
}
