using Estiba.Agent.Engines.Simulated;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts;
using Estiba.Contracts.Acs;

namespace Estiba.Agent.Tests.Sessions;

/// <summary>The agent's side of its sockets, on the simulated engine.</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task The_agent_registers_what_it_has_and_can_do()
    {
        await using var test = await StartAsync(options => options with { Attributes = new Dictionary<string, string> { ["ecs.availability-zone"] = "eu-west-1b" } });

        var request = test.Ecs.Registrations.ShouldHaveSingleItem();
        request.Cluster.ShouldBe("demo");
        request.TotalResources!.Single(resource => resource.Name == "CPU").IntegerValue.ShouldBe(2048);
        request.TotalResources!.Single(resource => resource.Name == "PORTS").StringSetValue!.ShouldContain("22");
        request.Attributes!.Single(attribute => attribute.Name == "ecs.availability-zone").Value.ShouldBe("eu-west-1b");
        request.Attributes!.Select(attribute => attribute.Name).ShouldContain("com.amazonaws.ecs.capability.logging-driver.awslogs");
        request.Attributes!.Select(attribute => attribute.Name).ShouldContain("com.amazonaws.ecs.capability.docker-remote-api.1.19");
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
        await using var test = await StartAsync(options => options with { HeartbeatTimeout = TimeSpan.FromMilliseconds(200) });

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

        await test.Server.SendAsync(new TaskManifestMessage { MessageId = "manifest", ClusterArn = TestTasks.ClusterArn, Timeline = 1, Tasks = [] });
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

        await test.Server.SendAsync(new TaskManifestMessage { MessageId = "manifest", Timeline = 1, Tasks = [new TaskIdentifier { TaskArn = task.Arn, DesiredStatus = "RUNNING" }] });
        await test.Server.SendAsync(new HeartbeatMessage { MessageId = "beat" });
        await test.Server.ReceiveAsync<HeartbeatAckRequest>();

        test.Agent.TaskCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_that_was_stopped_before_the_agent_heard_of_it_is_reported_as_stopped()
    {
        await using var test = await StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "nginx" }) with { DesiredStatus = "STOPPED" };

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

    private static Task<TestAgent> StartAsync(Func<AgentOptions, AgentOptions>? configure = null) =>
        TestAgent.StartAsync(configure, new SimulatedEngine(new SimulationOptions(), TimeProvider.System, seed: 1));
}
