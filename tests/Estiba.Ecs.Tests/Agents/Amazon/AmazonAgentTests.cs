using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Tcs;
using HeartbeatMessage = Estiba.Contracts.Acs.HeartbeatMessage;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Tests.Agents.Amazon;

/// <summary>
/// Amazon's own agent as a member of a cluster: what it was heard to say, and what it must hear in return.
/// </summary>
public sealed class AmazonAgentTests : IAsyncLifetime
{
    private AmazonWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await AmazonWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task It_is_registered_with_every_attribute_as_it_checks_itself()
    {
        var instance = (
            await _world.CallAsync<RegisterContainerInstanceResponse>(
                "RegisterContainerInstance",
                RecordedAgent.Register()
            )
        ).ContainerInstance!;

        var registered = instance.Attributes!.ToDictionary(attribute => attribute.Name!, attribute => attribute.Value);
        foreach (var (name, value) in RecordedAgent.Attributes)
            (registered.TryGetValue(name, out var answered), answered ?? "").ShouldBe((true, value ?? ""), name);
        instance.VersionInfo.ShouldBeNull();
        instance
            .RegisteredResources!.Single(resource => resource.Name == "PORTS")
            .StringSetValue!.ShouldContain("51678");
        instance.Ec2InstanceId.ShouldBeNull();
    }

    [Fact]
    public async Task It_says_what_it_is_when_it_connects()
    {
        var arn = await _world.RegisterAsync();

        using var socket = await _world.OpenControlAsync(arn);
        await socket.ReceiveAsync<TaskManifestMessage>();

        var instance = await _world.InstanceAsync(arn);
        instance.VersionInfo.ShouldBe(
            new VersionInfo
            {
                AgentHash = RecordedAgent.Hash,
                AgentVersion = RecordedAgent.Version,
                DockerVersion = RecordedAgent.DockerVersion,
            }
        );
        instance.AgentConnected.ShouldBe(true);
        _world.Store.Current.Range(EcsTables.ContainerInstances).Single().HasAmazonAgent.ShouldBeTrue();
    }

    [Theory]
    [InlineData("acs")]
    [InlineData("tcs")]
    public async Task Who_connects_while_the_platform_stops_is_no_failure(string door)
    {
        var arn = await _world.RegisterAsync();
        await _world.StopAsync();

        var query = door == "acs" ? RecordedAgent.ControlQuery(arn) : RecordedAgent.TelemetryQuery(arn);
        try
        {
            using var socket = await _world.OpenAsync(door, query);
        }
        catch (WebSocketException)
        {
            // Whether it is refused or closed again depends on the moment.
        }

        await _world.StopAnsweringAsync();
        _world.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_is_known_by_its_versions_also_after_it_has_registered_again_without_them()
    {
        var arn = await _world.RegisterAsync();
        using (var socket = await _world.OpenControlAsync(arn))
            await socket.ReceiveAsync<TaskManifestMessage>();

        await _world.RegisterAsync(arn, token: "another");

        (await _world.InstanceAsync(arn)).VersionInfo!.AgentVersion.ShouldBe(RecordedAgent.Version);
    }

    [Fact]
    public async Task It_is_the_same_instance_when_it_repeats_its_registration_and_when_it_starts_again()
    {
        var arn = await _world.RegisterAsync();

        (await _world.RegisterAsync()).ShouldBe(arn);
        var again = (
            await _world.CallAsync<RegisterContainerInstanceResponse>(
                "RegisterContainerInstance",
                RecordedAgent.Register(arn, token: "another")
            )
        ).ContainerInstance!;

        again.ContainerInstanceArn.ShouldBe(arn);
        again.Attributes!.ShouldContain(attribute => attribute.Name == "rack" && attribute.Value == "7");
    }

    [Fact]
    public async Task It_is_told_where_the_sockets_are()
    {
        var arn = await _world.RegisterAsync();

        var answer = await _world.CallAsync<DiscoverPollEndpointResponse>(
            "DiscoverPollEndpoint",
            RecordedAgent.Discover(arn)
        );

        (answer.Endpoint, answer.TelemetryEndpoint).ShouldBe(
            ("http://127.0.0.1:4566/acs", "http://127.0.0.1:4566/tcs")
        );
    }

    [Fact]
    public async Task It_hears_a_manifest_and_then_its_tasks_with_all_that_it_insists_on()
    {
        var arn = await _world.RegisterAsync();
        using var socket = await _world.OpenControlAsync(arn);
        var manifest = await socket.ReceiveAsync<TaskManifestMessage>();
        manifest.Timeline!.Value.ShouldBeGreaterThan(int.MaxValue); // above any number of a payload

        await _world.CreateServiceAsync();
        var payload = await socket.ReceiveAsync<PayloadMessage>();

        payload.MessageId.ShouldNotBeNullOrEmpty();
        payload.ClusterArn.ShouldBe("arn:aws:ecs:eu-west-1:123456789012:cluster/hosts");
        payload.ContainerInstanceArn.ShouldBe(arn);
        payload.SeqNum.ShouldBe(2);
        var task = payload.Tasks.ShouldHaveSingleItem();
        (task.DesiredStatus, task.Family, task.Version, task.Overrides, task.LaunchType, task.NetworkMode).ShouldBe(
            ("RUNNING", "web", "1", "{}", "EC2", "bridge")
        );
    }

    [Fact]
    public async Task A_payload_is_sent_until_it_is_acknowledged()
    {
        var arn = await _world.RegisterAsync();
        using var socket = await _world.OpenControlAsync(arn);
        await socket.ReceiveAsync<TaskManifestMessage>();
        await _world.CreateServiceAsync();
        var first = await socket.ReceiveAsync<PayloadMessage>();
        var second = await socket.ReceiveAsync<PayloadMessage>();
        (second.MessageId == first.MessageId, second.SeqNum > first.SeqNum).ShouldBe((false, true));

        // On a slow machine others may have been on their way by then, which are acknowledged as well.
        var unanswered = second;
        for (var answered = 0; unanswered is not null; answered++)
        {
            answered.ShouldBeLessThan(5, "payloads are sent although they are acknowledged");
            await socket.SendAsync(RecordedAgent.Ack(arn, unanswered.MessageId!));
            unanswered = await socket.ReceiveWithinAsync<PayloadMessage>(heartbeats: 4);
        }
    }

    [Theory]
    [InlineData("""{"type":"HeartbeatAckRequest","message":{"messageId":"MESSAGE"}}""")]
    [InlineData("""{"type":"HeartbeatAckRequest","message":{}}""")]
    [InlineData("""{"type":"HeartbeatOutput","message":{"MessageId":"MESSAGE"}}""")]
    [InlineData(
        """{"type":"IAMRoleCredentialsAckRequest","message":{"messageId":"MESSAGE","expiration":"2026-01-01T06:00:00Z","credentialsId":"c"}}"""
    )]
    [InlineData("""{"type":"SomethingNewer","message":{"deep":{"er":[1,2.5,null,true]}}}""")]
    [InlineData(
        """{"type":"AckRequest","message":{"cluster":"hosts","containerInstance":"x","messageId":"never sent"}}"""
    )]
    public async Task Its_answers_and_what_nobody_knows_are_let_pass(string frame)
    {
        var arn = await _world.RegisterAsync();
        using var socket = await _world.OpenControlAsync(arn);
        await socket.ReceiveAsync<TaskManifestMessage>();
        var beat = await socket.ReceiveAsync<HeartbeatMessage>();

        await socket.SendAsync(frame.Replace("MESSAGE", beat.MessageId, StringComparison.Ordinal));

        (await socket.ReceiveAsync<HeartbeatMessage>()).Healthy.ShouldBe(true);
    }

    [Fact]
    public async Task Names_may_have_a_capital()
    {
        var arn = await _world.RegisterAsync();
        using var socket = await _world.OpenControlAsync(arn);
        var manifest = await socket.ReceiveAsync<TaskManifestMessage>();

        await socket.SendAsync(
            $$$"""{"type":"TaskStopVerificationMessage","message":{"MessageId":"{{{manifest.MessageId}}}","StopCandidates":[{"TaskArn":"arn:aws:ecs:eu-west-1:123456789012:task/hosts/unknown","DesiredStatus":"STOPPED"}]}}"""
        );

        (await socket.ReceiveAsync<TaskStopVerificationAck>())
            .StopTasks!.Single()
            .TaskArn.ShouldBe("arn:aws:ecs:eu-west-1:123456789012:task/hosts/unknown");
    }

    [Fact]
    public async Task Its_reports_are_taken()
    {
        var arn = await _world.RegisterAsync();
        using var socket = await _world.OpenControlAsync(arn);
        var (task, pulled) = await RunOnAsync(arn, socket);

        var described = await _world.TaskAsync(task);
        (described.LastStatus, described.Connectivity).ShouldBe(("RUNNING", "CONNECTED"));
        described.PullStartedAt.ShouldBe(pulled);
        described
            .Containers!.Single()
            .NetworkBindings!.Select(binding => (binding.BindIP, binding.HostPort))
            .ShouldBe([("0.0.0.0", 32768), ("::", 32768)]);

        (
            await _world.CallAsync<SubmitContainerStateChangeResponse>(
                "SubmitContainerStateChange",
                RecordedAgent.ContainerStopped(task)
            )
        ).Acknowledgment.ShouldBe("ACK");
        var container = (await _world.TaskAsync(task)).Containers!.Single();
        (container.LastStatus, container.ExitCode, container.Reason).ShouldBe(
            ("STOPPED", 137, "OutOfMemoryError: Container killed due to memory usage")
        );

        (
            await _world.CallAsync<SubmitAttachmentStateChangesResponse>(
                "SubmitAttachmentStateChanges",
                RecordedAgent.Attachment
            )
        ).Acknowledgment.ShouldBe("ACK");
    }

    [Fact]
    public async Task A_task_that_ended_soon_is_reported_with_both_changes_of_its_container_in_one_call()
    {
        var arn = await _world.RegisterAsync();
        using var socket = await _world.OpenControlAsync(arn);
        var (task, pulled) = await AcceptOnAsync(arn, socket);
        var ended = Now();

        await _world.CallAsync<SubmitTaskStateChangeResponse>(
            "SubmitTaskStateChange",
            RecordedAgent.RanAndStopped(task, pulled, ended, exitCode: 3)
        );

        var described = await _world.TaskAsync(task);
        (described.LastStatus, described.StopCode, described.StoppedReason).ShouldBe(
            ("STOPPED", "EssentialContainerExited", "Essential container in task exited")
        );
        (described.Containers!.Single().LastStatus, described.Containers!.Single().ExitCode).ShouldBe(("STOPPED", 3));
        DateTimeOffset?[] times =
        [
            described.CreatedAt,
            described.PullStartedAt,
            described.PullStoppedAt,
            described.StartedAt,
            described.ExecutionStoppedAt,
            described.StoppingAt,
            described.StoppedAt,
        ];
        times.ShouldAllBe(time => time != null);
        times.ShouldBe(times.Order());
        described.ExecutionStoppedAt.ShouldBe(ended);
    }

    [Fact]
    public async Task Of_the_tasks_that_it_offers_to_stop_those_stop_that_nobody_wants()
    {
        var (arn, task) = await RunningAsync();
        using var socket = await _world.OpenControlAsync(arn);
        var manifest = await socket.ReceiveAsync<TaskManifestMessage>();
        manifest.Tasks!.Select(entry => (entry.TaskArn, entry.DesiredStatus)).ShouldBe([(task, "RUNNING")]);
        await socket.ReceiveAsync<PayloadMessage>();

        await socket.SendAsync(
            $$$"""{"type":"TaskStopVerificationMessage","message":{"messageId":"{{{manifest.MessageId}}}","stopCandidates":[{"desiredStatus":"STOPPED","taskArn":"{{{task}}}","taskClusterArn":"hosts"},{"desiredStatus":"STOPPED","taskArn":"arn:aws:ecs:eu-west-1:123456789012:task/hosts/gone","taskClusterArn":"hosts"}]}}"""
        );
        TaskStopVerificationAck ack;
        while (true)
        {
            try
            {
                ack = await socket.ReceiveAsync<TaskStopVerificationAck>();
                break;
            }
            catch (InvalidOperationException another)
                when (another.Message.Contains(nameof(PayloadMessage), StringComparison.Ordinal))
            {
                // The payload is not acknowledged here, and comes again.
            }
        }

        ack.MessageId.ShouldBe(manifest.MessageId);
        ack.StopTasks!.Select(entry => (entry.TaskArn, entry.DesiredStatus))
            .ShouldBe([("arn:aws:ecs:eu-west-1:123456789012:task/hosts/gone", "STOPPED")]);
    }

    [Fact]
    public async Task When_it_connects_again_it_hears_a_newer_manifest_and_its_tasks()
    {
        var arn = await _world.RegisterAsync();
        long before;
        using (var first = await _world.OpenControlAsync(arn))
            before = (await first.ReceiveAsync<TaskManifestMessage>()).Timeline!.Value;
        await _world.CreateServiceAsync();

        using var second = await _world.OpenControlAsync(arn);

        (await second.ReceiveAsync<TaskManifestMessage>()).Timeline!.Value.ShouldBeGreaterThan(before);
        (await second.ReceiveAsync<PayloadMessage>()).Tasks!.Single().DesiredStatus.ShouldBe("RUNNING");
    }

    [Fact]
    public async Task It_may_connect_again_while_its_last_connection_ends()
    {
        var arn = await _world.RegisterAsync();
        for (var i = 0; i < 500; i++)
        {
            using var socket = await _world.OpenControlAsync(arn);
            await socket.ReceiveAsync<TaskManifestMessage>();
        }

        _world.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task Its_telemetry_is_acknowledged_and_health_is_shown()
    {
        var (arn, task) = await RunningAsync();
        using var socket = await _world.OpenAsync("tcs", RecordedAgent.TelemetryQuery(arn));

        await socket.SendAsync(RecordedAgent.Metrics(arn, task));
        (await socket.ReceiveAsync<AckPublishMetric>()).Message.ShouldBe("OK");
        await socket.SendAsync(RecordedAgent.Health(arn, task));
        await socket.ReceiveAsync<AckPublishHealth>();

        (await _world.TaskAsync(task)).HealthStatus.ShouldBe("HEALTHY");
    }

    [Fact]
    public async Task The_health_of_its_host_is_shown_when_it_is_asked_for()
    {
        var arn = await _world.RegisterAsync();
        using var control = await _world.OpenControlAsync(arn);
        await control.ReceiveAsync<TaskManifestMessage>();
        using var socket = await _world.OpenAsync("tcs", RecordedAgent.TelemetryQuery(arn));
        (await _world.InstanceAsync(arn)).HealthStatus.ShouldBeNull();
        (await _world.InstanceAsync(arn, "CONTAINER_INSTANCE_HEALTH")).HealthStatus!.OverallStatus.ShouldBe(
            "INSUFFICIENT_DATA"
        );
        foreach (
            var (status, second, shown) in new[]
            {
                ("OK", 620, 620),
                ("OK", 640, 620),
                ("OK", 660, 660),
                ("IMPAIRED", 661, 661),
            }
        )
        {
            await socket.SendAsync(RecordedAgent.Status(arn, status, second));
            (await socket.ReceiveAsync<AckPublishInstanceStatus>()).Message.ShouldBe("OK");

            var health = (await _world.InstanceAsync(arn, "CONTAINER_INSTANCE_HEALTH")).HealthStatus!;
            health.OverallStatus.ShouldBe(status);
            var detail = health.Details.ShouldHaveSingleItem();
            (detail.Type, detail.Status, detail.LastStatusChange, detail.LastUpdated).ShouldBe(
                (
                    "CONTAINER_RUNTIME",
                    status,
                    DateTimeOffset.FromUnixTimeSeconds(1735689600),
                    DateTimeOffset.FromUnixTimeSeconds(1735689000 + shown)
                )
            );
        }
    }

    [Fact]
    public async Task The_health_of_one_host_is_not_written_to_another_that_a_message_names()
    {
        var arn = await _world.RegisterAsync();
        var other = await _world.RegisterAsync(token: "another");
        using var control = await _world.OpenControlAsync(other);
        await control.ReceiveAsync<TaskManifestMessage>();
        using var socket = await _world.OpenAsync("tcs", RecordedAgent.TelemetryQuery(arn));

        await socket.SendAsync(RecordedAgent.Status(other, "IMPAIRED"));
        await socket.ReceiveAsync<AckPublishInstanceStatus>();

        (await _world.InstanceAsync(other, "CONTAINER_INSTANCE_HEALTH")).HealthStatus!.Details.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_is_refused_in_words_that_it_understands_when_its_instance_is_gone()
    {
        var arn = await _world.RegisterAsync();
        await _world.Api.DeregisterContainerInstanceAsync(
            new DeregisterContainerInstanceRequest { Cluster = "hosts", ContainerInstance = arn },
            _world.Caller
        );

        using var inactive = await _world.RefusedAsync(arn);
        using var unknown = await _world.RefusedAsync(arn[..^4] + "0000");

        (
            (int)inactive.StatusCode,
            await inactive.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        ).ShouldBe((400, "{\"InactiveInstanceException\":\"The container instance was deregistered.\"}\n"));
        (
            (int)unknown.StatusCode,
            await unknown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        ).ShouldBe((400, "{\"InvalidInstanceException\":\"The container instance is not registered.\"}\n"));
    }

    [Fact]
    public async Task Its_images_come_from_the_platforms_registry_and_its_log_lines_go_to_the_platforms_logs()
    {
        var arn = await _world.RegisterAsync();
        using var socket = await _world.OpenControlAsync(arn);
        await socket.ReceiveAsync<TaskManifestMessage>();

        await _world.CreateServiceAsync(
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/my/nginx:1.27",
            new LogConfiguration
            {
                LogDriver = "awslogs",
                Options = new Dictionary<string, string>
                {
                    ["awslogs-group"] = "web",
                    ["awslogs-region"] = "eu-west-1",
                    ["awslogs-stream-prefix"] = "nginx",
                },
            }
        );
        var task = (await socket.ReceiveAsync<PayloadMessage>()).Tasks!.Single();

        var container = task.Containers!.Single();
        container.Image.ShouldBe("127.0.0.1:4566/my/nginx:1.27");
        container.RegistryAuthentication!.Type.ShouldBe("ecr");
        container.RegistryAuthentication.EcrAuthData.ShouldBe(
            new ECRAuthData
            {
                EndpointOverride = "http://127.0.0.1:4566",
                Region = "eu-west-1",
                RegistryId = "123456789012",
                UseExecutionRole = false,
            }
        );
        var log = JsonNode.Parse(container.DockerConfig!.HostConfig!)!["LogConfig"]!;
        log["Type"]!.GetValue<string>().ShouldBe("awslogs");
        log["Config"]!["awslogs-endpoint"]!.GetValue<string>().ShouldBe("http://127.0.0.1:4566");
        log["Config"]!["awslogs-stream"]!.GetValue<string>().ShouldBe($"nginx/nginx/{task.Arn![^32..]}");
    }

    [Fact]
    public async Task It_is_there_for_as_long_as_its_socket_is_open()
    {
        var arn = await _world.RegisterAsync();
        await _world.Store.CommitAsync(transaction =>
            transaction.Put(
                EcsTables.ContainerInstances,
                transaction.Range(EcsTables.ContainerInstances).Single() with
                {
                    Ec2InstanceId = "mi-1",
                }
            )
        );
        _world.Agents.HasAgentOf("123456789012", "eu-west-1", "mi-1").ShouldBeFalse();

        using (var socket = await _world.OpenControlAsync(arn))
        {
            await socket.ReceiveAsync<TaskManifestMessage>();
            _world.Agents.HasAgentOf("123456789012", "eu-west-1", "mi-1").ShouldBeTrue();
            _world.Agents.HasAgentOf("123456789012", "eu-west-1", "mi-2").ShouldBeFalse();
            _world.Agents.HasAgentOf("123456789012", "eu-west-2", "mi-1").ShouldBeFalse();
        }

        var began = Environment.TickCount64;
        while (_world.Agents.HasAgentOf("123456789012", "eu-west-1", "mi-1"))
        {
            (Environment.TickCount64 - began).ShouldBeLessThan(120_000);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private async Task<(string Instance, string Task)> RunningAsync()
    {
        var arn = await _world.RegisterAsync();
        using var socket = await _world.OpenControlAsync(arn);
        return (arn, (await RunOnAsync(arn, socket)).Task);
    }

    private async Task<(string Task, DateTimeOffset Pulled)> RunOnAsync(string arn, AmazonSocket socket)
    {
        var (task, pulled) = await AcceptOnAsync(arn, socket);
        (
            await _world.CallAsync<SubmitTaskStateChangeResponse>(
                "SubmitTaskStateChange",
                RecordedAgent.Running(task, pulled)
            )
        ).Acknowledgment.ShouldBe("ACK");
        return (task, pulled);
    }

    private async Task<(string Task, DateTimeOffset Pulled)> AcceptOnAsync(string arn, AmazonSocket socket)
    {
        await socket.ReceiveAsync<TaskManifestMessage>();
        await _world.CreateServiceAsync();
        var payload = await socket.ReceiveAsync<PayloadMessage>();
        await socket.SendAsync(RecordedAgent.Ack(arn, payload.MessageId!));
        // what it reports is told in milliseconds
        await Task.Delay(TimeSpan.FromMilliseconds(2), TestContext.Current.CancellationToken);
        return (payload.Tasks!.Single().Arn!, Now());
    }

    private static DateTimeOffset Now() =>
        DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
}
