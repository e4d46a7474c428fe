using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Engines;
using Estiba.Engines.Simulated;

namespace Estiba.Agent.Tests.Sessions;

/// <summary>The agent's side of its sockets, on the simulated engine.</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task The_agent_registers_what_it_has_and_can_do()
    {
        await using var test = await StartAsync(options =>
            options with
            {
                Attributes = new Dictionary<string, string> { ["ecs.availability-zone"] = "eu-west-1b" },
            }
        );

        var request = test.Ecs.Registrations.ShouldHaveSingleItem();
        request.Cluster.ShouldBe("demo");
        request.TotalResources!.Single(resource => resource.Name == "CPU").IntegerValue.ShouldBe(2048);
        request.TotalResources!.Single(resource => resource.Name == "PORTS").StringSetValue!.ShouldContain("22");
        request.Attributes!.Single(attribute => attribute.Name == "ecs.availability-zone").Value.ShouldBe("eu-west-1b");
        request
            .Attributes!.Select(attribute => attribute.Name)
            .ShouldContain("com.amazonaws.ecs.capability.logging-driver.awslogs");
        request
            .Attributes!.Select(attribute => attribute.Name)
            .ShouldContain("com.amazonaws.ecs.capability.docker-remote-api.1.19");
        request.InstanceIdentityDocument!.ShouldContain(test.Options.InstanceId);
    }

    [Fact]
    public async Task The_socket_says_who_opens_it_and_is_signed()
    {
        await using var test = await StartAsync();

        var (path, query, authorization) = test.Server.Openings.First(opening => opening.Path == "/acs/ws");
        query["containerInstanceArn"].ToString().ShouldBe(StandInEcs.InstanceArn);
        query["clusterArn"].ToString().ShouldBe(TestTasks.ClusterArn);
        query["protocolVersion"].ToString().ShouldBe("2");
        query["seqNum"].ToString().ShouldBe("1");
        authorization.ShouldStartWith("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/");
        authorization.ShouldContain("SignedHeaders=host;x-amz-date");
    }

    [Fact]
    public async Task A_heartbeat_is_answered()
    {
        await using var test = await StartAsync();

        await test.Server.SendAsync(new HeartbeatMessage { MessageId = "beat", Healthy = true });

        (await test.Server.ReceiveAsync<HeartbeatAckRequest>()).MessageId.ShouldBe("beat");
    }

    [Fact]
    public async Task A_broken_connection_is_opened_again()
    {
        await using var test = await StartAsync();

        test.Server.BreakConnections();

        await test.Server.ConnectedAsync();
    }

    [Fact]
    public async Task A_silent_connection_is_given_up()
    {
        await using var test = await StartAsync(options =>
            options with
            {
                HeartbeatTimeout = TimeSpan.FromMilliseconds(200),
            }
        );

        await test.Server.ConnectedAsync();
    }

    [Fact]
    public async Task The_number_of_the_last_payload_is_remembered()
    {
        await using var test = await StartAsync();
        await test.RunAsync(TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "nginx" }));
        await test.RunAsync(TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "nginx" }));

        test.Server.BreakConnections();
        await test.Server.ConnectedAsync();

        test.Server.Openings.Last(opening => opening.Path == "/acs/ws").Query["seqNum"].ToString().ShouldBe("2");
    }

    [Fact]
    public async Task A_task_that_the_server_does_not_name_is_offered_and_stopped_when_the_server_agrees()
    {
        await using var test = await StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "nginx" });
        await test.RunAsync(task);

        await test.Server.SendAsync(
            new TaskManifestMessage
            {
                MessageId = "manifest",
                ClusterArn = TestTasks.ClusterArn,
                Timeline = 1,
                Tasks = [],
            }
        );
        var candidates = (await test.Server.ReceiveAsync<TaskStopVerificationMessage>()).StopCandidates!;
        candidates.ShouldHaveSingleItem().TaskArn.ShouldBe(task.Arn);
        await test.Server.SendAsync(new TaskStopVerificationAck { MessageId = "manifest", StopTasks = candidates });

        await test.Ecs.ReportAsync(task.Arn!, "STOPPED");
    }

    [Fact]
    public async Task A_task_that_the_server_names_is_left_alone()
    {
        await using var test = await StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "nginx" });
        await test.RunAsync(task);

        await test.Server.SendAsync(
            new TaskManifestMessage
            {
                MessageId = "manifest",
                Timeline = 1,
                Tasks = [new TaskIdentifier { TaskArn = task.Arn, DesiredStatus = "RUNNING" }],
            }
        );
        await test.Server.SendAsync(new HeartbeatMessage { MessageId = "beat" });
        await test.Server.ReceiveAsync<HeartbeatAckRequest>();

        test.Agent.TaskCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_that_was_stopped_before_the_agent_heard_of_it_is_reported_as_stopped()
    {
        await using var test = await StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "nginx" }) with
        {
            DesiredStatus = "STOPPED",
        };

        await test.Server.SendTasksAsync(task);

        (await test.Ecs.ReportAsync(task.Arn!, "STOPPED")).Containers![0].RuntimeId.ShouldBeNull();
    }

    [Fact]
    public async Task Reports_wait_for_a_server_that_is_away_and_only_the_newest_is_sent()
    {
        await using var test = await StartAsync();
        test.Ecs.Fault = new HttpRequestException("away");
        var task = TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "simulated/exit:4-after-0.2" });
        await test.Server.SendTasksAsync(task);
        await test.Server.ReceiveAsync<AckRequest>();
        await Eventually.HoldsAsync(() => test.Agent.TaskCount == 0);

        // One report may have been on its way at that moment; the one after it is about what is so now.
        var refused = test.Ecs.RefusedReports;
        await Eventually.HoldsAsync(() => test.Ecs.RefusedReports >= refused + 2);
        test.Ecs.Fault = null;

        (await test.Ecs.ReportAsync(task.Arn!, "STOPPED")).Containers![0].ExitCode.ShouldBe(4);
        test.Ecs.Reports.ShouldNotContain(report => report.Status == "RUNNING");
    }

    [Fact]
    public async Task An_agent_waits_for_a_server_that_is_not_there_yet()
    {
        await using var test = await StartAsync();
        await test.StopAsync();
        test.Ecs.Fault = new AwsException("ClusterNotFoundException", "Cluster not found.");
        test.StartAgain();
        await Task.Delay(100);
        test.Agent.ContainerInstanceArn.ShouldBeNull();

        test.Ecs.Fault = null;

        await test.Server.ConnectedAsync();
    }

    [Fact]
    public async Task A_restarted_agent_registers_as_the_same_container_instance()
    {
        await using var test = await StartAsync();
        await test.StopAsync();

        test.StartAgain();
        await test.Server.ConnectedAsync();

        test.Ecs.Registrations.Last().ContainerInstanceArn.ShouldBe(StandInEcs.InstanceArn);
    }

    [Fact]
    public async Task An_agent_whose_instance_was_deregistered_stops_its_tasks_and_registers_only_when_started_again()
    {
        await using var test = await StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "nginx" });
        await test.RunAsync(task);
        test.Server.Refused = (StandInEcs.InstanceArn, "InactiveInstanceException");

        test.Server.BreakConnections();

        await test.Ecs.ReportAsync(task.Arn!, "STOPPED");
        test.Ecs.Registrations.Count.ShouldBe(1);
        test.Ecs.NextInstanceArn = StandInEcs.InstanceArn[..^4] + "0002";
        await test.StopAsync();
        test.StartAgain();
        await test.Server.ConnectedAsync();
        test.Ecs.Registrations.Last().ContainerInstanceArn.ShouldBeNull();
    }

    [Fact]
    public async Task An_agent_whose_instance_is_not_known_any_more_registers_anew_and_goes_on_with_its_tasks()
    {
        await using var test = await StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "nginx" });
        await test.RunAsync(task);
        var anew = StandInEcs.InstanceArn[..^4] + "0002";
        test.Ecs.NextInstanceArn = anew;
        test.Server.Refused = (StandInEcs.InstanceArn, "InvalidInstanceException");

        test.Server.BreakConnections();
        await test.Server.ConnectedAsync();

        test.Ecs.Registrations.Last().ContainerInstanceArn.ShouldBeNull();
        test.Agent.ContainerInstanceArn.ShouldBe(anew);
        test.Server.Openings.Last(opening => opening.Path == "/acs/ws")
            .Query["containerInstanceArn"]
            .ToString()
            .ShouldBe(anew);
        test.Agent.TaskCount.ShouldBe(1);
        await test.Server.SendAsync(
            new TaskManifestMessage
            {
                MessageId = "manifest",
                ClusterArn = TestTasks.ClusterArn,
                Timeline = 1,
                Tasks = [],
            }
        );
        (await test.Server.ReceiveAsync<TaskStopVerificationMessage>())
            .StopCandidates!.ShouldHaveSingleItem()
            .TaskArn.ShouldBe(task.Arn);
    }

    [Fact]
    public async Task An_agent_speaks_to_the_server_only_when_it_knows_what_runs_here()
    {
        await using var test = await StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "nginx" });
        await test.RunAsync(task);
        await test.StopAsync();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(test.Options.DataDirectory!, "tasks")))
            File.Delete(file);
        ((SimulatedEngine)test.Engine).FailNext(
            nameof(IContainerEngine.ListContainersAsync),
            new EngineException("the daemon is busy")
        );

        test.StartAgain();
        await test.Server.ConnectedAsync();
        await test.Server.SendAsync(
            new TaskManifestMessage
            {
                MessageId = "manifest",
                ClusterArn = TestTasks.ClusterArn,
                Timeline = 1,
                Tasks = [],
            }
        );

        (await test.Server.ReceiveAsync<TaskStopVerificationMessage>())
            .StopCandidates!.ShouldHaveSingleItem()
            .TaskArn.ShouldBe(task.Arn);
    }

    [Fact]
    public async Task A_task_that_has_stopped_is_reported_again_to_a_server_that_still_wants_it()
    {
        await using var test = await StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "simulated/exit:4-after-0.2" });
        await test.Server.SendTasksAsync(task);
        await test.Ecs.ReportAsync(task.Arn!, "STOPPED");
        var before = test.Ecs.Reports.Count(report => report.Status == "STOPPED");

        await test.Server.SendTasksAsync(task);

        await Eventually.HoldsAsync(() => test.Ecs.Reports.Count(report => report.Status == "STOPPED") > before);
    }

    [Fact]
    public async Task A_manifest_is_heeded_although_the_servers_clock_was_set_back_between_two_sessions()
    {
        await using var test = await StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "nginx" });
        await test.RunAsync(task);
        await test.Server.SendAsync(
            new TaskManifestMessage
            {
                MessageId = "first",
                ClusterArn = TestTasks.ClusterArn,
                Timeline = 1000,
                Tasks = [new TaskIdentifier { TaskArn = task.Arn, DesiredStatus = "RUNNING" }],
            }
        );
        await test.Server.ReceiveAsync<AckRequest>();
        test.Server.BreakConnections();
        await test.Server.ConnectedAsync();

        await test.Server.SendAsync(
            new TaskManifestMessage
            {
                MessageId = "second",
                ClusterArn = TestTasks.ClusterArn,
                Timeline = 10,
                Tasks = [],
            }
        );

        (await test.Server.ReceiveAsync<TaskStopVerificationMessage>()).MessageId.ShouldBe("second");
    }

    [Fact]
    public async Task Containers_are_restarted_by_their_policy_while_the_server_is_away()
    {
        await using var test = await StartAsync();
        var task = TestTasks.Task(
            TestTasks.Shell("app", "true") with
            {
                Image = "simulated/exit:1-after-1.2",
                RestartPolicy = new RestartPolicy { Enabled = true, RestartAttemptPeriod = 1 },
            }
        );
        await test.RunAsync(task);
        test.Ecs.Fault = new HttpRequestException("away");
        test.Server.BreakConnections();
        var (container, first) = await StartOfAsync();

        await Eventually.HoldsAsync(async () =>
            await StartOfAsync() is var (same, again) && same == container && again > first
        );

        test.Agent.TaskCount.ShouldBe(1);

        async Task<(string Id, DateTimeOffset? At)> StartOfAsync()
        {
            var id = (await test.ContainersAsync()).ShouldHaveSingleItem().Id;
            return (id, (await test.Engine.FindContainerAsync(id, CancellationToken.None))?.StartedAt);
        }
    }

    [Fact]
    public async Task Telemetry_is_signed_for_the_address_of_its_socket_as_Amazons_agent_does()
    {
        await using var test = await StartAsync();

        await test.Server.ReceiveAsync<Contracts.Tcs.PublishInstanceStatusRequest>();
        test.Server.Heads.TryPeek(out var head).ShouldBeTrue();
        head!.ShouldStartWith("Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/");
        head.ShouldContain($"\r\nHost: {test.Server.Address.Authority}\r\n");
        head.ShouldEndWith("Z\r\n\r\n");
    }

    private static Task<TestAgent> StartAsync(Func<AgentOptions, AgentOptions>? configure = null) =>
        TestAgent.StartAsync(configure, new SimulatedEngine(new SimulationOptions(), TimeProvider.System, seed: 1));
}
