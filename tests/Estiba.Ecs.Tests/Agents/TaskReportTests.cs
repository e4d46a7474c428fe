using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Agents;

/// <summary>What agents report of tasks and containers, several changes at once, again, and out of order.</summary>
public sealed class TaskReportTests : IAsyncLifetime
{
    private const string OutOfMemory = "OutOfMemoryError: Container killed due to memory usage";
    private const string NeverStarted =
        "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency [init] for "
        + "target [app] as dependency did not exit successfully.";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private EcsWorld _world = null!;
    private string _task = "";

    public async ValueTask InitializeAsync()
    {
        _world = await EcsWorld.CreateAsync();
        await _world.AddInstanceAsync(attributes: ["ecs.capability.container-ordering"]);
        await _world.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "job",
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "app",
                        Image = "app",
                        Memory = 64,
                        DependsOn = [new ContainerDependency { ContainerName = "init", Condition = "SUCCESS" }],
                    },
                    new ContainerDefinition
                    {
                        Name = "init",
                        Image = "init",
                        Memory = 64,
                        Essential = false,
                    },
                ],
            },
            _world.Caller
        );
        _task = (await _world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "job" }, _world.Caller))
            .Tasks!.Single()
            .TaskArn!;
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task All_changes_of_a_container_that_arrive_together_count_in_their_order()
    {
        await SubmitAsync(
            "RUNNING",
            Change("init", "RUNNING", id: "1"),
            Change("init", "STOPPED", id: null, exitCode: 0),
            Change("app", "RUNNING", id: "2", port: 32768)
        );

        await ShouldBeAsync("RUNNING", ("app", "RUNNING", null, null, "2"), ("init", "STOPPED", 0, null, "1"));
        (await TaskAsync()).Containers![0].NetworkBindings!.Single().HostPort.ShouldBe(32768);
    }

    [Fact]
    public async Task A_container_that_did_its_work_has_its_exit_code_although_it_was_never_seen_to_run()
    {
        await SubmitAsync(
            "STOPPED",
            Change("init", "RUNNING"),
            Change("init", "STOPPED", exitCode: 0),
            Change("app", "RUNNING"),
            Change("app", "STOPPED", exitCode: 3)
        );

        await ShouldBeAsync("STOPPED", ("app", "STOPPED", 3, null, "id-app"), ("init", "STOPPED", 0, null, "id-init"));
        var task = await TaskAsync();
        (task.StopCode, task.StoppedReason, task.StartedAt is null).ShouldBe(
            ("EssentialContainerExited", "Essential container in task exited", false)
        );
    }

    [Fact]
    public async Task The_changes_of_several_containers_may_be_mixed()
    {
        await SubmitAsync(
            "STOPPED",
            Change("app", "RUNNING"),
            Change("init", "RUNNING"),
            Change("app", "STOPPED", exitCode: 137, reason: OutOfMemory),
            Change("init", "STOPPED", exitCode: 143)
        );

        await ShouldBeAsync(
            "STOPPED",
            ("app", "STOPPED", 137, OutOfMemory, "id-app"),
            ("init", "STOPPED", 143, null, "id-init")
        );
    }

    [Fact]
    public async Task The_containers_of_a_task_that_has_stopped_have_stopped_although_their_last_changes_are_missing()
    {
        await SubmitAsync("STOPPED", Change("app", "RUNNING"), Change("init", "RUNNING"));

        await ShouldBeAsync(
            "STOPPED",
            ("app", "STOPPED", null, null, "id-app"),
            ("init", "STOPPED", null, null, "id-init")
        );
        (await TaskAsync()).StopCode.ShouldBe("EssentialContainerExited");
    }

    [Fact]
    public async Task An_exit_code_that_comes_after_the_end_of_the_task_is_kept()
    {
        await SubmitAsync("STOPPED", Change("app", "RUNNING"), Change("init", "RUNNING"));

        await _world.Api.SubmitContainerStateChangeAsync(
            new SubmitContainerStateChangeRequest
            {
                Task = _task,
                ContainerName = "app",
                Status = "STOPPED",
                ExitCode = 137,
                Reason = OutOfMemory,
            },
            _world.Caller
        );
        await SubmitAsync("STOPPED", Change("init", "STOPPED", exitCode: 2));

        await ShouldBeAsync(
            "STOPPED",
            ("app", "STOPPED", 137, OutOfMemory, "id-app"),
            ("init", "STOPPED", 2, null, "id-init")
        );
    }

    [Fact]
    public async Task Reasons_are_kept_as_far_as_Amazons_agent_would_tell_them()
    {
        var reason = new string('r', 5000);

        await SubmitAsync(
            new SubmitTaskStateChangeRequest
            {
                Status = "STOPPED",
                Reason = reason,
                Containers = [Change("app", "STOPPED", exitCode: 1, reason: reason)],
            }
        );

        var task = await TaskAsync();
        task.StoppedReason.ShouldBe(reason[..1024]);
        task.Containers!.Single(container => container.Name == "app").Reason.ShouldBe(reason[..1024]);
    }

    [Fact]
    public async Task A_change_that_was_overtaken_adds_what_was_not_known_and_takes_nothing_back()
    {
        await SubmitAsync("RUNNING", Change("init", "STOPPED", id: null, exitCode: 1), Change("app", "RUNNING"));

        await SubmitAsync(
            "RUNNING",
            Change("init", "RUNNING", id: "late", port: 80),
            Change("init", "PULLED", id: "later")
        );

        await ShouldBeAsync("RUNNING", ("app", "RUNNING", null, null, "id-app"), ("init", "STOPPED", 1, null, "late"));
        (await TaskAsync()).Containers![1].NetworkBindings!.Single().HostPort.ShouldBe(80);
    }

    [Fact]
    public async Task A_task_never_goes_back()
    {
        await SubmitAsync("RUNNING", Change("app", "RUNNING"));
        await SubmitAsync("PENDING", Change("app", "CREATED"));
        (await TaskAsync()).LastStatus.ShouldBe("RUNNING");

        await SubmitAsync("STOPPED", Change("app", "STOPPED", exitCode: 0));
        await SubmitAsync("RUNNING", Change("app", "RUNNING"));

        await ShouldBeAsync("STOPPED", ("app", "STOPPED", 0, null, "id-app"), ("init", "STOPPED", null, null, null));
    }

    [Theory]
    [InlineData("RUNNING")]
    [InlineData("STOPPED")]
    public async Task A_report_that_is_repeated_changes_nothing(string status)
    {
        ContainerStateChange[] changes =
        [
            Change("init", "RUNNING", port: 80),
            Change("init", "STOPPED", exitCode: 0),
            Change("app", status, exitCode: status == "STOPPED" ? 0 : null),
        ];
        await SubmitAsync(status, changes);
        var before = await TaskAsync();
        _world.Clock.Advance(Second);

        await SubmitAsync(status, changes);

        var after = await TaskAsync();
        (after.Version, after.StartedAt, after.StoppedAt, after.ExecutionStoppedAt).ShouldBe(
            (before.Version, before.StartedAt, before.StoppedAt, before.ExecutionStoppedAt)
        );
    }

    [Fact]
    public async Task Several_changes_of_a_container_come_one_after_the_other_too()
    {
        foreach (
            var (status, exitCode) in new (string, int?)[] { ("RUNNING", null), ("STOPPED", 5), ("RUNNING", null) }
        )
        {
            await _world.Api.SubmitContainerStateChangeAsync(
                new SubmitContainerStateChangeRequest
                {
                    Task = _task,
                    ContainerName = "app",
                    RuntimeId = "1",
                    Status = status,
                    ExitCode = exitCode,
                },
                _world.Caller
            );
        }

        await ShouldBeAsync("PENDING", ("app", "STOPPED", 5, null, "1"), ("init", "PENDING", null, null, null));
    }

    [Fact]
    public async Task All_changes_of_what_an_agent_runs_inside_of_a_container_count_in_their_order()
    {
        ManagedAgentStateChange Agent(string status, string? reason = null) =>
            new()
            {
                ContainerName = "app",
                ManagedAgentName = "ExecuteCommandAgent",
                Status = status,
                Reason = reason,
            };

        await SubmitAsync(
            new SubmitTaskStateChangeRequest
            {
                Status = "RUNNING",
                ManagedAgents = [Agent("PENDING"), Agent("RUNNING")],
            }
        );
        (await TaskAsync())
            .Containers![0]
            .ManagedAgents.ShouldHaveSingleItem()
            .ShouldBe(
                new ManagedAgent
                {
                    Name = "ExecuteCommandAgent",
                    LastStatus = "RUNNING",
                    LastStartedAt = EcsWorld.Start,
                }
            );
        var version = (await TaskAsync()).Version;

        await SubmitAsync(new SubmitTaskStateChangeRequest { ManagedAgents = [Agent("RUNNING")] });
        (await TaskAsync()).Version.ShouldBe(version);
        await SubmitAsync(new SubmitTaskStateChangeRequest { ManagedAgents = [Agent("STOPPED", "it crashed")] });

        var agent = (await TaskAsync()).Containers![0].ManagedAgents.ShouldHaveSingleItem();
        (agent.LastStatus, agent.Reason, agent.LastStartedAt).ShouldBe(("STOPPED", "it crashed", EcsWorld.Start));
    }

    [Fact]
    public async Task A_report_of_attachments_alone_changes_no_task()
    {
        await SubmitAsync("RUNNING", Change("app", "RUNNING"));
        var version = (await TaskAsync()).Version;

        await SubmitAsync(
            new SubmitTaskStateChangeRequest
            {
                Attachments =
                [
                    new AttachmentStateChange { AttachmentArn = "a", Status = "ATTACHED" },
                    new AttachmentStateChange { AttachmentArn = "b", Status = "ATTACHED" },
                ],
            }
        );

        ((await TaskAsync()).Version, (await TaskAsync()).LastStatus).ShouldBe((version, "RUNNING"));
    }

    [Fact]
    public async Task A_task_whose_essential_container_was_never_started_failed_to_start()
    {
        await SubmitAsync(
            "STOPPED",
            Change("init", "RUNNING"),
            Change("init", "STOPPED", exitCode: 1),
            Change("app", "STOPPED", id: null, exitCode: 143, reason: NeverStarted)
        );

        await ShouldBeAsync(
            "STOPPED",
            ("app", "STOPPED", 143, NeverStarted, null),
            ("init", "STOPPED", 1, null, "id-init")
        );
        var task = await TaskAsync();
        (task.StopCode, task.StoppedReason, task.StartedAt).ShouldBe(
            ("TaskFailedToStart", "Task failed to start", null)
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3600)]
    [InlineData(3600)]
    public async Task The_times_of_a_short_task_are_all_there_and_in_order_however_its_hosts_clock_is_set(
        int hostIsAhead
    )
    {
        var created = _world.Clock.GetUtcNow();
        var host = created.AddSeconds(hostIsAhead);
        _world.Clock.Advance(4 * Second);

        await SubmitAsync(
            new SubmitTaskStateChangeRequest
            {
                Status = "STOPPED",
                Reason = "Essential container in task exited",
                PullStartedAt = host.AddSeconds(1),
                PullStoppedAt = host.AddSeconds(2),
                StartedAt = host.AddSeconds(3),
                ExecutionStoppedAt = host.AddSeconds(3.05),
                Containers = [Change("app", "STOPPED", exitCode: 0)],
            }
        );

        var task = await TaskAsync();
        DateTimeOffset?[] times =
        [
            task.CreatedAt,
            task.PullStartedAt,
            task.PullStoppedAt,
            task.StartedAt,
            task.ExecutionStoppedAt,
            task.StoppingAt,
            task.StoppedAt,
        ];
        times.ShouldAllBe(time => time != null);
        times.ShouldBe(times.Order());
        if (hostIsAhead == 0)
            (task.StartedAt, task.ExecutionStoppedAt).ShouldBe((created.AddSeconds(3), created.AddSeconds(3.05)));
    }

    [Fact]
    public async Task A_start_is_when_the_engine_says_it_was_and_not_when_the_server_heard_of_it()
    {
        var started = _world.Clock.GetUtcNow().AddSeconds(5);
        _world.Clock.Advance(600 * Second);

        await SubmitAsync(
            new SubmitTaskStateChangeRequest
            {
                Status = "RUNNING",
                StartedAt = started,
                Containers = [Change("app", "RUNNING")],
            }
        );

        (await TaskAsync()).StartedAt.ShouldBe(started);
    }

    [Fact]
    public async Task An_agent_that_says_no_start_is_taken_at_its_word_when_it_says_that_the_task_runs()
    {
        _world.Clock.Advance(5 * Second);
        await SubmitAsync("RUNNING", Change("app", "RUNNING"));
        var heard = _world.Clock.GetUtcNow();
        _world.Clock.Advance(5 * Second);

        await SubmitAsync(
            new SubmitTaskStateChangeRequest
            {
                Status = "STOPPED",
                ExecutionStoppedAt = heard.AddSeconds(4),
                Containers = [Change("app", "STOPPED", exitCode: 0)],
            }
        );

        (await TaskAsync()).ShouldSatisfyAllConditions(
            task => task.StartedAt.ShouldBe(heard),
            task => task.ExecutionStoppedAt.ShouldBe(heard.AddSeconds(4)),
            task => task.StoppedAt.ShouldBe(heard.AddSeconds(5))
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_task_that_is_reported_to_run_after_its_end_began_before_it(bool knowsItsPull)
    {
        var created = _world.Clock.GetUtcNow();
        var (pulled, ended) = (created.AddSeconds(2), created.AddSeconds(8));
        _world.Clock.Advance(60 * Second);
        await SubmitAsync("RUNNING", Change("app", "RUNNING"));

        await SubmitAsync(
            new SubmitTaskStateChangeRequest
            {
                Status = "STOPPED",
                PullStartedAt = knowsItsPull ? created.AddSeconds(1) : null,
                PullStoppedAt = knowsItsPull ? pulled : null,
                ExecutionStoppedAt = ended,
                Containers = [Change("app", "STOPPED", exitCode: 0)],
            }
        );

        ((await TaskAsync()).StartedAt, (await TaskAsync()).ExecutionStoppedAt).ShouldBe(
            (knowsItsPull ? pulled : ended, ended)
        );
    }

    [Fact]
    public async Task A_task_that_never_ran_has_no_start()
    {
        var ended = _world.Clock.GetUtcNow().AddSeconds(3);
        _world.Clock.Advance(5 * Second);

        await SubmitAsync(
            new SubmitTaskStateChangeRequest
            {
                Status = "STOPPED",
                Reason = "Task failed to start",
                PullStartedAt = ended.AddSeconds(-1),
                PullStoppedAt = ended,
                ExecutionStoppedAt = ended,
                Containers = [Change("app", "STOPPED", id: null, reason: "CannotPullContainerError: not found")],
            }
        );

        ((await TaskAsync()).StartedAt, (await TaskAsync()).ExecutionStoppedAt, (await TaskAsync()).StopCode).ShouldBe(
            (null, ended, "TaskFailedToStart")
        );
    }

    private static ContainerStateChange Change(
        string name,
        string status,
        string? id = "",
        int? exitCode = null,
        string? reason = null,
        int? port = null
    ) =>
        new()
        {
            ContainerName = name,
            Status = status,
            RuntimeId = id?.Length == 0 ? "id-" + name : id,
            ExitCode = exitCode,
            Reason = reason,
            NetworkBindings = port is null
                ? null
                :
                [
                    new NetworkBinding
                    {
                        BindIP = "0.0.0.0",
                        ContainerPort = 80,
                        HostPort = port,
                        Protocol = "tcp",
                    },
                ],
        };

    private Task SubmitAsync(string status, params ContainerStateChange[] changes) =>
        SubmitAsync(new SubmitTaskStateChangeRequest { Status = status, Containers = changes });

    private Task SubmitAsync(SubmitTaskStateChangeRequest report) =>
        _world.Api.SubmitTaskStateChangeAsync(report with { Task = _task }, _world.Caller);

    private async Task<EcsTask> TaskAsync() =>
        (
            await _world.Api.DescribeTasksAsync(new DescribeTasksRequest { Tasks = [_task] }, _world.Caller)
        ).Tasks!.Single();

    private async Task ShouldBeAsync(
        string status,
        params (string Name, string Status, int? ExitCode, string? Reason, string? RuntimeId)[] containers
    )
    {
        var task = await TaskAsync();
        task.LastStatus.ShouldBe(status);
        task.Containers!.Select(container =>
                (container.Name!, container.LastStatus!, container.ExitCode, container.Reason, container.RuntimeId)
            )
            .ShouldBe(containers);
    }
}
