using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;
using Estiba.Engines;
using Estiba.Engines.Docker;

namespace Estiba.Agent.Tests.Docker;

/// <summary>What an agent finds when it comes back, or when Docker does.</summary>
public sealed class AdoptionTests
{
    [Fact]
    public async Task A_running_container_is_not_touched_by_a_restart_of_the_agent()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "exec sleep 100"));
        var before = await test.RunAsync(task);
        var startedAt = (
            await test.Engine.FindContainerAsync(before.Containers![0].RuntimeId!, CancellationToken.None)
        )!.StartedAt;

        await test.StopAsync();
        test.StartAgain();
        await test.Server.ConnectedAsync();
        await test.Server.SendTasksAsync(task);
        await test.Server.ReceiveAsync<AckRequest>();
        await Eventually.HoldsAsync(() => test.Ecs.Reports.Count(report => report.Status == "RUNNING") >= 2);

        var container = (await test.ContainersAsync()).ShouldHaveSingleItem();
        (await test.Engine.FindContainerAsync(container.Id, CancellationToken.None))!.StartedAt.ShouldBe(startedAt);
    }

    [Fact]
    public async Task An_exit_while_the_agent_was_away_is_reported_with_its_code()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(TestTasks.UntilTold("app", exitCode: 9));
        var running = await test.RunAsync(task);
        await test.StopAsync();
        await TestAgent.EndAsync(running);
        await Eventually.HoldsAsync(async () =>
            (await test.Engine.FindContainerAsync(running.Containers![0].RuntimeId!, CancellationToken.None))!.Status
            == ContainerStatus.Exited
        );

        test.StartAgain();

        var stopped = await test.Ecs.ReportAsync(task.Arn!, "STOPPED");
        stopped.Containers![0].ExitCode.ShouldBe(9);
        stopped.Reason.ShouldBe("Essential container in task exited");
    }

    [Fact]
    public async Task A_container_that_was_created_without_being_recorded_is_taken_over()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "exec sleep 100"));
        await test.RunAsync(task);
        await test.StopAsync();
        // As it was when the agent was killed before it heard what Docker answered.
        foreach (var file in Directory.EnumerateFiles(Path.Combine(test.Options.DataDirectory!, "tasks")))
            File.Delete(file);

        test.StartAgain();
        await test.Server.ConnectedAsync();
        await test.Server.SendTasksAsync(task);
        await Eventually.HoldsAsync(() => test.Ecs.Reports.Count(report => report.Status == "RUNNING") >= 2);

        (await test.ContainersAsync()).ShouldHaveSingleItem().Status.ShouldBe(ContainerStatus.Running);
    }

    [Fact]
    public async Task A_container_of_an_unknown_task_runs_until_the_server_says_otherwise()
    {
        await using var test = await TestAgent.StartAsync(options =>
            options with
            {
                ContainerStopTimeout = TimeSpan.FromSeconds(1),
            }
        );
        var task = TestTasks.Task(TestTasks.Shell("app", "exec sleep 100"));
        await test.RunAsync(task);
        await test.StopAsync();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(test.Options.DataDirectory!, "tasks")))
            File.Delete(file);
        test.StartAgain();
        await test.Server.ConnectedAsync();

        await test.Server.SendAsync(
            new TaskManifestMessage
            {
                MessageId = "manifest",
                Timeline = 1,
                Tasks = [],
            }
        );
        var offer = await test.Server.ReceiveAsync<TaskStopVerificationMessage>();

        (await test.ContainersAsync()).ShouldHaveSingleItem().Status.ShouldBe(ContainerStatus.Running);
        await test.Server.SendAsync(
            new TaskStopVerificationAck { MessageId = "manifest", StopTasks = offer.StopCandidates }
        );
        await Eventually.HoldsAsync(async () => (await test.ContainersAsync()).Count == 0);
    }

    [Fact]
    public async Task When_Docker_comes_back_what_ended_meanwhile_is_reported()
    {
        await using var proxy = new SocketProxy();
        await using var test = await TestAgent.StartAsync(
            engine: new DockerEngine(proxy.Path),
            prepare: TestImage.EnsureAsync
        );
        var task = TestTasks.Task(TestTasks.UntilTold("app", exitCode: 9));
        var other = TestTasks.Task(TestTasks.Shell("app", "exec sleep 100"));
        var running = await test.RunAsync(task);
        await test.RunAsync(other);

        proxy.Cut();
        await Eventually.HoldsAsync(() => !test.Events.IsConnected);
        await TestAgent.EndAsync(running);
        await Task.Delay(500);
        test.Ecs.Reports.ShouldNotContain(report => report.Status == "STOPPED");
        proxy.Resume();

        (await test.Ecs.ReportAsync(task.Arn!, "STOPPED")).Containers![0].ExitCode.ShouldBe(9);
        await Eventually.HoldsAsync(() => test.Agent.TaskCount == 1);
    }

    [Fact]
    public async Task A_task_that_comes_while_Docker_is_away_starts_when_it_is_back()
    {
        await using var proxy = new SocketProxy();
        await using var test = await TestAgent.StartAsync(
            engine: new DockerEngine(proxy.Path),
            prepare: TestImage.EnsureAsync
        );
        proxy.Cut();
        var task = TestTasks.Task(TestTasks.Shell("app", "exec sleep 100"));
        await test.Server.SendTasksAsync(task);
        await test.Server.ReceiveAsync<AckRequest>();

        proxy.Resume();

        await test.Ecs.ReportAsync(task.Arn!, "RUNNING");
    }

    [Fact]
    public async Task A_power_cut_leaves_nothing_and_reports_nothing()
    {
        await using var test = await TestAgent.StartAsync();
        await test.RunAsync(
            TestTasks.Task(TestTasks.Shell("app", "exec sleep 100")) with
            {
                Volumes = [new Volume { Name = "scratch", Host = new HostVolumeProperties() }],
            }
        );

        await test.Agent.CutPowerAsync(CancellationToken.None);

        (await test.ContainersAsync()).ShouldBeEmpty();
        (
            await test.Engine.ListVolumesAsync(
                [$"{ContainerInstanceAgent.InstanceLabel}={test.Options.InstanceId}"],
                CancellationToken.None
            )
        ).ShouldBeEmpty();
        test.Ecs.Reports.ShouldNotContain(report => report.Status == "STOPPED");
    }
}
