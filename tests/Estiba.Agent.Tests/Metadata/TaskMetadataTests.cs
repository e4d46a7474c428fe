using System.Text.Json.Nodes;
using Estiba.Agent.Metadata;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Engines.Simulated;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Agent.Tests.Metadata;

/// <summary>What containers are told of themselves and their task, on the simulated engine.</summary>
public sealed class TaskMetadataTests
{
    [Fact]
    public async Task A_container_learns_who_it_is()
    {
        await using var test = await StartAsync();
        var task = Web();
        var running = await test.RunAsync(task);

        var container = await ReadAsync(test, task);

        Text(container, "DockerId").ShouldBe(running.Containers![0].RuntimeId);
        Text(container, "Name").ShouldBe("app");
        Text(container, "DockerName").ShouldStartWith("ecs-web-3-app-");
        Text(container, "Image").ShouldBe("nginx");
        Text(container, "ImageID").ShouldStartWith("sha256:");
        Text(container, "DesiredStatus").ShouldBe("RUNNING");
        Text(container, "KnownStatus").ShouldBe("RUNNING");
        Text(container, "Type").ShouldBe("NORMAL");
        Text(container, "ContainerARN").ShouldBe("arn:aws:ecs:eu-west-1:123456789012:container/demo/1");
        Text(container, "LogDriver").ShouldBe("json-file");
        Text(container, "StartedAt").ShouldEndWith("Z");
        container["Limits"]!.ToJsonString().ShouldBe("""{"CPU":10,"Memory":64}""");
        container["LogOptions"]!.ToJsonString().ShouldBe("""{"max-size":"1m"}""");
        container["Networks"]!.ToJsonString().ShouldBe("""[{"NetworkMode":"bridge","IPv4Addresses":[""]}]""");
        container["RestartCount"]!.GetValue<int>().ShouldBe(0);
        container["Ports"]![0]!["ContainerPort"]!.GetValue<int>().ShouldBe(80);
        container["Ports"]![0]!["HostIp"]!.GetValue<string>().ShouldBe("127.0.0.1");
        container["Labels"]!["com.amazonaws.ecs.task-arn"]!.GetValue<string>().ShouldBe(task.Arn);
        container.ToJsonString().ShouldNotContain(await test.EndpointIdAsync(task));
    }

    [Fact]
    public async Task Version_3_tells_less()
    {
        await using var test = await StartAsync();
        var task = Web();
        await test.RunAsync(task);

        var container = await ReadAsync(test, task, "v3");
        var whole = await ReadAsync(test, task, "v3", "/task");

        container
            .Select(member => member.Key)
            .ShouldBe(
                [
                    "DockerId",
                    "Name",
                    "DockerName",
                    "Image",
                    "ImageID",
                    "Ports",
                    "Labels",
                    "DesiredStatus",
                    "KnownStatus",
                    "Limits",
                    "CreatedAt",
                    "StartedAt",
                    "Type",
                    "Networks",
                ],
                ignoreOrder: true
            );
        container["Ports"]![0]!
            .AsObject()
            .Select(member => member.Key)
            .ShouldBe(["ContainerPort", "Protocol", "HostPort"]);
        whole
            .Select(member => member.Key)
            .ShouldBe(
                [
                    "Cluster",
                    "TaskARN",
                    "Family",
                    "Revision",
                    "DesiredStatus",
                    "KnownStatus",
                    "Containers",
                    "Limits",
                    "PullStartedAt",
                    "PullStoppedAt",
                    "AvailabilityZone",
                ],
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task A_task_is_told_with_all_its_containers()
    {
        await using var test = await StartAsync();
        var task = Web();
        await test.RunAsync(task);

        var whole = await ReadAsync(test, task, rest: "/task");

        Text(whole, "Cluster").ShouldBe("demo");
        Text(whole, "TaskARN").ShouldBe(task.Arn);
        Text(whole, "Family").ShouldBe("web");
        Text(whole, "Revision").ShouldBe("3");
        Text(whole, "KnownStatus").ShouldBe("RUNNING");
        Text(whole, "LaunchType").ShouldBe("EC2");
        Text(whole, "AvailabilityZone").ShouldBe("eu-west-1b");
        Text(whole, "VPCID").ShouldBe("vpc-1");
        Text(whole, "ServiceName").ShouldBe("front");
        whole["FaultInjectionEnabled"]!.GetValue<bool>().ShouldBeFalse();
        whole["Limits"]!.ToJsonString().ShouldBe("""{"CPU":0.25,"Memory":512}""");
        whole["Containers"]!.AsArray().Select(container => Text(container!, "Name")).ShouldBe(["app", "sidecar"]);
        whole.ContainsKey("TaskTags").ShouldBeFalse();
    }

    [Fact]
    public async Task A_container_that_has_ended_tells_how()
    {
        await using var test = await StartAsync();
        var task = Web() with
        {
            Containers =
            [
                Web().Containers![0],
                TestTasks.Shell("job", "true", essential: false) with
                {
                    Image = "simulated/exit:3-after-0.1",
                },
            ],
        };
        await test.RunAsync(task);

        await Eventually.HoldsAsync(async () =>
            Text(await ReadAsync(test, task, container: "job"), "KnownStatus") == "STOPPED"
        );

        (await ReadAsync(test, task, container: "job"))["ExitCode"]!.GetValue<int>().ShouldBe(3);
        Text(await ReadAsync(test, task, rest: "/task"), "KnownStatus").ShouldBe("RUNNING");
    }

    [Fact]
    public async Task Health_is_told_of_containers_that_are_checked()
    {
        await using var test = await StartAsync();
        var task = Web() with { Containers = [Web().Containers![0] with { HealthCheckType = "docker" }] };
        await test.RunAsync(task);

        (await ReadAsync(test, task))["Health"]!.ToJsonString().ShouldContain("\"status\":\"UNKNOWN\"");
    }

    [Fact]
    public async Task Tags_are_asked_of_ECS()
    {
        await using var test = await StartAsync();
        var task = Web();
        await test.RunAsync(task);
        test.Ecs.Tags[task.Arn!] = [new Tag { Key = "team", Value = "a" }];
        test.Ecs.Tags[StandInEcs.InstanceArn] = [new Tag { Key = "rack", Value = "7" }];

        var whole = await ReadAsync(test, task, rest: "/taskWithTags");

        whole["TaskTags"]!.ToJsonString().ShouldBe("""{"team":"a"}""");
        whole["ContainerInstanceTags"]!.ToJsonString().ShouldBe("""{"rack":"7"}""");
        whole.ContainsKey("Errors").ShouldBeFalse();
    }

    [Fact]
    public async Task Tags_that_cannot_be_had_are_missing_with_the_reason()
    {
        await using var test = await StartAsync();
        var task = Web();
        await test.RunAsync(task);
        test.Ecs.Tags[StandInEcs.InstanceArn] = [];

        (await ReadAsync(test, task, rest: "/taskWithTags"))["Errors"]!
            .ToJsonString()
            .ShouldBe(
                $$"""[{"ErrorField":"TaskTags","ErrorCode":"InvalidParameterException","ErrorMessage":"The specified resource is not found.","StatusCode":400,"ResourceARN":"{{task.Arn}}"}]"""
            );
        (await ReadAsync(test, task, "v3", "/taskWithTags")).ContainsKey("Errors").ShouldBeFalse();
    }

    [Fact]
    public async Task Tags_that_do_not_come_in_time_are_missing_with_the_reason()
    {
        await using var test = await StartAsync();
        var task = Web();
        await test.RunAsync(task);
        test.Ecs.TagsFault = new TaskCanceledException(
            "The request was canceled due to the configured HttpClient.Timeout of 60 seconds elapsing."
        );

        (await ReadAsync(test, task, rest: "/taskWithTags"))["Errors"]!.AsArray().Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(
        "/v4/guessed",
        404,
        "V4 container metadata handler: unable to get container ID from request: unable to get docker ID from v3 "
            + "endpoint ID: guessed"
    )]
    [InlineData(
        "/v4/guessed/task",
        404,
        "V4 task metadata handler: unable to get task arn from request: unable to get task Arn from v3 endpoint "
            + "ID: guessed"
    )]
    [InlineData(
        "/v4/guessed/taskWithTags",
        404,
        "V4 task metadata handler: unable to get task arn from request: unable to get task Arn from v3 endpoint "
            + "ID: guessed"
    )]
    [InlineData(
        "/v4/guessed/stats",
        404,
        "V4 container stats handler: unable to get task arn from request: unable to get task Arn from v3 endpoint "
            + "ID: guessed"
    )]
    [InlineData(
        "/v4/guessed/task/stats",
        404,
        "V4 task stats handler: unable to get task arn from request: unable to get task Arn from v3 endpoint ID: "
            + "guessed"
    )]
    [InlineData(
        "/v3/guessed",
        500,
        "V3 container metadata handler: unable to get container ID from request: unable to get docker ID from v3 "
            + "endpoint ID: guessed"
    )]
    [InlineData(
        "/v3/guessed/task",
        500,
        "V3 task metadata handler: unable to get task arn from request: unable to get task Arn from v3 endpoint "
            + "ID: guessed"
    )]
    [InlineData(
        "/v3/guessed/stats",
        400,
        "V3 container stats handler: unable to get task arn from request: unable to get task Arn from v3 endpoint "
            + "ID: guessed"
    )]
    [InlineData(
        "/v3/guessed/task/stats",
        400,
        "V3 task stats handler: unable to get task arn from request: unable to get task Arn from v3 endpoint ID: "
            + "guessed"
    )]
    public async Task An_id_that_nobody_has_is_refused_in_the_words_of_AWSs_agent(
        string path,
        int status,
        string words
    ) =>
        (await new TaskMetadataEndpoint().AnswerAsync(path, CancellationToken.None)).ShouldBe(
            new MetadataAnswer(status, $"\"{words}\"")
        );

    [Theory]
    [InlineData("/")]
    [InlineData("/v4")]
    [InlineData("/v4/")]
    [InlineData("/v5/id")]
    [InlineData("/v4/id/tasks")]
    [InlineData("/v4/id/task/stats/more")]
    [InlineData("/v2/credentials")]
    [InlineData("/latest/meta-data")]
    public async Task Nothing_is_at_any_other_path(string path) =>
        (await new TaskMetadataEndpoint().AnswerAsync(path, CancellationToken.None)).ShouldBe(
            new MetadataAnswer(404, "404 page not found\n") { ContentType = "text/plain; charset=utf-8" }
        );

    private static AcsTask Web() =>
        TestTasks.Task(
            TestTasks.Shell("app", "true") with
            {
                Image = "nginx",
                ContainerArn = "arn:aws:ecs:eu-west-1:123456789012:container/demo/1",
                PortMappings =
                [
                    new Contracts.Acs.PortMapping
                    {
                        ContainerPort = 80,
                        HostPort = 0,
                        Protocol = "tcp",
                    },
                ],
                RestartPolicy = new RestartPolicy { Enabled = true },
                DockerConfig = new DockerConfig
                {
                    Config = "{}",
                    HostConfig = """{"LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}}}""",
                },
            },
            TestTasks.Shell("sidecar", "true") with
            {
                Image = "nginx",
            }
        ) with
        {
            Cpu = 0.25,
            Memory = 512,
            ServiceName = "front",
        };

    private static async Task<JsonObject> ReadAsync(
        TestAgent test,
        AcsTask task,
        string version = "v4",
        string rest = "",
        string container = "app"
    )
    {
        var answer = await test.AskAsync(task, version, rest, container);
        answer.Status.ShouldBe(200, answer.Text);
        return JsonNode.Parse(answer.Text)!.AsObject();
    }

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();

    private static Task<TestAgent> StartAsync() =>
        TestAgent.StartAsync(
            options =>
                options with
                {
                    Attributes = new Dictionary<string, string>
                    {
                        ["ecs.availability-zone"] = "eu-west-1b",
                        ["ecs.vpc-id"] = "vpc-1",
                    },
                },
            new SimulatedEngine(new SimulationOptions(), TimeProvider.System, seed: 1)
        );
}
