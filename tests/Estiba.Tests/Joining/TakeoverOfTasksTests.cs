using Estiba.Contracts.Ecs;
using Estiba.Contracts.Logs;
using Estiba.Joining;
using ListTagsForResourceRequest = Estiba.Contracts.Ecs.ListTagsForResourceRequest;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Tests.Joining;

/// <summary>What a host cannot say of the tasks of others, nor hear of them.</summary>
public sealed class TakeoverOfTasksTests : TakeoverWorld
{
    [Fact]
    public async Task A_host_reports_its_own_tasks_alone()
    {
        using var agent = await OpenAsync(Victim, "acs", VictimArn);
        var task = await RunTaskAsync();
        var attacker = await JoinAsync("mi-00000000000000666", await TokenAsync("default"));
        await RegisterAsync(attacker);

        await DeniedAsync(() => SubmitAsync(attacker, task, "STOPPED"));
        await DeniedAsync(() =>
            attacker.Ecs.SubmitContainerStateChangeAsync(
                new SubmitContainerStateChangeRequest
                {
                    Cluster = "default",
                    Task = task,
                    ContainerName = "app",
                    Status = "STOPPED",
                    ExitCode = 1,
                },
                Context,
                Cancellation
            )
        );
        await DeniedAsync(() =>
            attacker.Ecs.ListTagsForResourceAsync(
                new ListTagsForResourceRequest { ResourceArn = task },
                Context,
                Cancellation
            )
        );
        await DeniedAsync(() =>
            attacker.Ecs.ListTagsForResourceAsync(
                new ListTagsForResourceRequest { ResourceArn = VictimArn },
                Context,
                Cancellation
            )
        );
        (await TaskAsync(task)).LastStatus.ShouldNotBe("STOPPED");

        await SubmitAsync(Victim, task, "RUNNING");
        (await TaskAsync(task)).LastStatus.ShouldBe("RUNNING");
        (
            await Victim.Ecs.ListTagsForResourceAsync(
                new ListTagsForResourceRequest { ResourceArn = task },
                Context,
                Cancellation
            )
        )
            .Tags.ShouldHaveSingleItem()
            .Value.ShouldBe("mine");
        (
            await Victim.Ecs.ListTagsForResourceAsync(
                new ListTagsForResourceRequest { ResourceArn = VictimArn },
                Context,
                Cancellation
            )
        ).Tags.ShouldBeEmpty();
    }

    [Fact]
    public async Task Health_of_tasks_elsewhere_is_nothing_that_a_host_can_report()
    {
        using var agent = await OpenAsync(Victim, "acs", VictimArn);
        var task = await RunTaskAsync();
        await SubmitAsync(Victim, task, "RUNNING");
        var attacker = await JoinAsync("mi-00000000000000666", await TokenAsync("default"));
        using var telemetry = await OpenAsync(attacker, "tcs", await RegisterAsync(attacker));

        await SendAsync(
            telemetry,
            $$$"""{"type":"PublishHealthRequest","message":{"metadata":{},"timestamp":0,"tasks":[{"taskArn":"{{{task}}}","containers":[{"containerName":"app","healthStatus":"UNHEALTHY"}]}]}}"""
        );
        (await ReceiveAsync(telemetry)).ShouldContain("AckPublishHealth");

        (await TaskAsync(task)).HealthStatus.ShouldBe("UNKNOWN");
    }

    [Fact]
    public async Task The_credentials_of_a_tasks_role_go_to_its_own_host()
    {
        using var agent = await OpenAsync(Victim, "acs", VictimArn);
        var attacker = await JoinAsync("mi-00000000000000666", await TokenAsync("attackers"));
        var own = await RegisterAsync(attacker, cluster: "attackers");
        using var eavesdropper = await OpenAsync(attacker, "acs", own);
        await RunTaskAsync(withRole: true);

        (await ReceiveAsync(agent, "PayloadMessage")).ShouldContain("secretAccessKey");
        await SendAsync(
            eavesdropper,
            """{"type":"TaskStopVerificationMessage","message":{"messageId":"m","stopCandidates":[]}}"""
        );
        (await ReceiveAsync(eavesdropper, "TaskStopVerificationAck")).ShouldNotContain("secretAccessKey");
    }

    [Fact]
    public async Task A_host_reads_and_writes_the_logs_of_its_own_tasks_alone()
    {
        foreach (var group in new[] { "/app", "/secret" })
            await Owner.Logs.CreateLogGroupAsync(
                new CreateLogGroupRequest { LogGroupName = group },
                Context,
                Cancellation
            );
        using var agent = await OpenAsync(Victim, "acs", VictimArn);
        var stream = $"p/app/{(await RunTaskAsync()).Split('/')[^1]}";
        var attacker = await JoinAsync("mi-00000000000000666", await TokenAsync("default"));
        await RegisterAsync(attacker);

        foreach (var party in new[] { attacker, Victim })
        {
            await DeniedAsync(() =>
                party.Logs.CreateLogGroupAsync(
                    new CreateLogGroupRequest { LogGroupName = "/other" },
                    Context,
                    Cancellation
                )
            );
            await DeniedAsync(() =>
                party.Logs.CreateLogStreamAsync(
                    new CreateLogStreamRequest { LogGroupName = "/secret", LogStreamName = stream },
                    Context,
                    Cancellation
                )
            );
            await DeniedAsync(() =>
                party.Logs.GetLogEventsAsync(
                    new GetLogEventsRequest
                    {
                        LogGroupName = "/app",
                        LogStreamName = "p/app/0123456789abcdef0123456789abcdef",
                    },
                    Context,
                    Cancellation
                )
            );
        }

        await DeniedAsync(() => WriteAsync(attacker, stream));
        await Victim.Logs.CreateLogStreamAsync(
            new CreateLogStreamRequest { LogGroupName = "/app", LogStreamName = stream },
            Context,
            Cancellation
        );
        await WriteAsync(Victim, stream);
        await DeniedAsync(() =>
            attacker.Logs.GetLogEventsAsync(
                new GetLogEventsRequest { LogGroupName = "/app", LogStreamName = stream },
                Context,
                Cancellation
            )
        );
        (
            await Victim.Logs.GetLogEventsAsync(
                new GetLogEventsRequest { LogGroupName = "/app", LogStreamName = stream },
                Context,
                Cancellation
            )
        )
            .Events.ShouldHaveSingleItem()
            .Message.ShouldBe("hello");

        Task WriteAsync(Party party, string stream) =>
            party.Logs.PutLogEventsAsync(
                new PutLogEventsRequest
                {
                    LogGroupName = "/app",
                    LogStreamName = stream,
                    LogEvents =
                    [
                        new InputLogEvent
                        {
                            Timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
                            Message = "hello",
                        },
                    ],
                },
                Context,
                Cancellation
            );
    }
}
