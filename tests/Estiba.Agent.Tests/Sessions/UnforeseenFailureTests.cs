using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;
using Estiba.Engines;
using Estiba.Engines.Simulated;

namespace Estiba.Agent.Tests.Sessions;

/// <summary>Failures that say nothing about a task, or that nobody thought of: the agent goes on after each.</summary>
public sealed class UnforeseenFailureTests
{
    private const int Sixty = 60 * 24 * 60 * 60; // days, in seconds; longer than a timer can be set for

    /// <summary>What an HTTP client throws when its own time is over.</summary>
    private static readonly OperationCanceledException TimedOut = new TaskCanceledException(
        "The request was canceled due to the configured HttpClient.Timeout of 60 seconds elapsing."
    );

    [Fact]
    public async Task A_container_starts_once_the_log_service_answers_in_time()
    {
        await using var test = await StartAsync();
        test.Logs.Groups.Add("app");
        test.Logs.Fault = TimedOut;
        var task = Task("nginx", container => container.WithAwsLogs("app"));
        await test.Server.SendTasksAsync(task);
        await Eventually.HoldsAsync(async () => (await test.ContainersAsync()).Count == 1);
        await System.Threading.Tasks.Task.Delay(200);

        test.Logs.Fault = null;

        await test.Ecs.ReportAsync(task.Arn!, "RUNNING");
    }

    [Fact]
    public async Task Output_is_shipped_although_the_engine_was_busy_when_it_was_first_asked_for_it()
    {
        await using var test = await StartAsync();
        test.Logs.Groups.Add("app");
        var task = Task("nginx", container => container.WithAwsLogs("app"));
        var engine = (SimulatedEngine)test.Engine;
        engine.FailNext(nameof(IContainerEngine.ReadLogsAsync), new EngineException("the daemon is busy", 500));
        await test.RunAsync(task);

        engine.Print((await test.ContainersAsync()).Single().Id, "hello");

        await Eventually.HoldsAsync(() => test.Logs.Messages("app", $"app/app/{task.Id()}").Count == 1);
    }

    [Fact]
    public async Task A_task_whose_registry_password_does_not_come_in_time_fails_to_pull()
    {
        await using var test = await StartAsync(options =>
            options with
            {
                ImagePullBehavior = ImagePullBehavior.Always,
                RegistryEndpoint = "127.0.0.1:1",
            }
        );
        test.Ecr.Fault = TimedOut;
        var task = Task("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1");

        await test.Server.SendTasksAsync(task);

        (await test.Ecs.ReportAsync(task.Arn!, "STOPPED"))
            .Containers![0]
            .Reason!.ShouldStartWith("CannotPullContainerError: The request was canceled");
    }

    [Fact]
    public async Task The_end_of_a_container_is_seen_although_the_first_look_at_it_failed()
    {
        await using var test = await StartAsync();
        var task = Task("nginx");
        await test.RunAsync(task);
        var engine = (SimulatedEngine)test.Engine;
        await System.Threading.Tasks.Task.Delay(300); // the look at its start
        engine.FailNext(nameof(IContainerEngine.FindContainerAsync), new EngineException("the daemon is busy", 500));

        engine.Exit((await test.ContainersAsync()).Single().Id, exitCode: 3);

        (await test.Ecs.ReportAsync(task.Arn!, "STOPPED")).Containers![0].ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task A_look_that_fails_as_nobody_thought_of_does_not_hold_its_task()
    {
        await using var test = await StartAsync();
        var task = Task("nginx");
        await test.RunAsync(task);
        var engine = (SimulatedEngine)test.Engine;
        await System.Threading.Tasks.Task.Delay(300); // the look at its start
        engine.FailNext(
            nameof(IContainerEngine.FindContainerAsync),
            new InvalidOperationException("nobody thought of it")
        );

        engine.Exit((await test.ContainersAsync()).Single().Id, exitCode: 3);

        (await test.Ecs.ReportAsync(task.Arn!, "STOPPED")).Containers![0].ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task A_start_timeout_of_months_leaves_the_agent_working()
    {
        await using var test = await StartAsync();
        var patient = TestTasks.Task(
            TestTasks.Shell("first", "true") with
            {
                Image = "nginx",
                StartTimeout = Sixty,
                HealthCheckType = "docker",
            },
            TestTasks.Shell("second", "true") with
            {
                Image = "nginx",
                DependsOn = [new ContainerDependency { ContainerName = "first", Condition = "HEALTHY" }],
            }
        );
        await test.Server.SendTasksAsync(patient);
        await Eventually.HoldsAsync(async () => (await test.ContainersAsync()).Count == 1);

        await test.RunAsync(Task("nginx"));
    }

    [Fact]
    public async Task A_container_with_a_stop_timeout_of_months_is_stopped()
    {
        await using var test = await StartAsync();
        var task = Task("nginx", container => container with { StopTimeout = Sixty });
        await test.RunAsync(task);

        await test.Server.SendTasksAsync(task with { DesiredStatus = "STOPPED" });
        await test.Ecs.ReportAsync(task.Arn!, "STOPPED");

        (await test.ContainersAsync()).ShouldHaveSingleItem().Status.ShouldBe(ContainerStatus.Exited);
    }

    [Fact]
    public async Task The_engines_events_are_read_again_after_a_failure_that_nobody_thought_of()
    {
        await using var test = await StartAsync();
        var task = Task("nginx");
        await test.RunAsync(task);
        await System.Threading.Tasks.Task.Delay(300); // the look at its start
        var engine = (SimulatedEngine)test.Engine;
        engine.FailNext(
            nameof(IContainerEngine.GetVersionAsync),
            new InvalidOperationException("nobody thought of it")
        );
        engine.IsReachable = false;
        engine.IsReachable = true;

        engine.Exit((await test.ContainersAsync()).Single().Id, exitCode: 3);

        await test.Ecs.ReportAsync(task.Arn!, "STOPPED");
    }

    [Fact]
    public async Task The_agent_connects_again_after_a_failure_that_nobody_thought_of()
    {
        await using var test = await StartAsync();
        test.Ecs.Fault = new InvalidOperationException("nobody thought of it");
        test.Server.BreakConnections();
        await System.Threading.Tasks.Task.Delay(500);

        test.Ecs.Fault = null;

        await test.Server.ConnectedAsync();
    }

    [Fact]
    public async Task States_are_reported_after_failures_that_nobody_thought_of()
    {
        await using var test = await StartAsync();
        test.Ecs.Fault = new InvalidOperationException("nobody thought of it");
        var tasks = Enumerable.Range(0, 10).Select(_ => Task("nginx")).ToArray();
        await test.Server.SendTasksAsync(tasks);
        await Eventually.HoldsAsync(async () =>
            (await test.ContainersAsync()).Count(container => container.Status == ContainerStatus.Running)
            == tasks.Length
        );
        await System.Threading.Tasks.Task.Delay(200);

        test.Ecs.Fault = null;

        foreach (var task in tasks)
            await test.Ecs.ReportAsync(task.Arn!, "RUNNING");
    }

    [Fact]
    public async Task A_payload_is_accepted_although_its_number_cannot_be_written_down()
    {
        await using var test = await StartAsync();
        Directory.CreateDirectory(Path.Combine(test.Options.DataDirectory!, "agent.json.tmp"));

        await test.RunAsync(Task("nginx"));

        await test.Server.ReceiveAsync<AckRequest>();
        test.Agent.IsConnected.ShouldBeTrue();
    }

    [Fact]
    public async Task A_payload_that_cannot_be_written_down_is_refused_and_the_next_is_taken()
    {
        await using var test = await StartAsync();
        var refused = Task("nginx");
        Directory.CreateDirectory(Path.Combine(test.Options.DataDirectory!, "tasks", refused.Id() + ".json.tmp"));

        await test.Server.SendTasksAsync(refused);

        await test.Server.ReceiveAsync<NackRequest>();
        await test.RunAsync(Task("nginx"));
    }

    private static AcsTask Task(string image, Func<AcsContainer, AcsContainer>? configure = null)
    {
        var container = TestTasks.Shell("app", "true") with { Image = image };
        return TestTasks.Task(configure?.Invoke(container) ?? container);
    }

    private static Task<TestAgent> StartAsync(Func<AgentOptions, AgentOptions>? configure = null) =>
        TestAgent.StartAsync(configure, new SimulatedEngine(new SimulationOptions(), TimeProvider.System, seed: 1));
}
