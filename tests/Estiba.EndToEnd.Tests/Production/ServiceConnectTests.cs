using System.Text.Json.Nodes;
using Estiba.EndToEnd.Tests.Platforms;
using Estiba.EndToEnd.Tests.Roles;

namespace Estiba.EndToEnd.Tests.Production;

/// <summary>
/// Programs in containers reach services by Service Connect's names, with the stock command line and nothing else.
/// </summary>
/// <remarks>
/// One process on a machine has the addresses of names, so no other platform may run beside this test.
/// </remarks>
[Collection(nameof(MetadataAddressHolders))]
public sealed class ServiceConnectTests
{
    private const string Cluster = "connect";
    private static readonly string[] Folders = ["bin", "lib", "lib64", "usr"];
    private static readonly string[] Modes = ["bridge", "host"];

    [Fact]
    public async Task Containers_reach_a_service_by_its_name_while_its_tasks_and_the_platform_come_and_go()
    {
        await using var world = await World.CreateAsync();
        await world.PushNginxAsync("nginx");
        (
            await world.AwsAsync(
                $"ecs create-cluster --cluster-name {Cluster} --service-connect-defaults namespace=shop"
            )
        ).Text.ShouldContain(":namespace/ns-");
        await world.RunInstancesAsync(Cluster, 1);
        var made = await CreateServiceAsync(
            world,
            "connect-api",
            Api(world),
            2,
            """{"enabled":true,"services":[{"portName":"web","clientAliases":[{"port":8080,"dnsName":"api"}]}]}"""
        );
        var registry = (string)made["service"]!["deployments"]![0]!["serviceConnectResources"]![0]!["discoveryArn"]!;
        await Task.WhenAll(
            Modes.Select(mode =>
                CreateServiceAsync(world, "connect-" + mode, Client(world, mode), 1, """{"enabled":true}""")
            )
        );

        foreach (var mode in Modes)
            await AnsweredAsync(world, mode, since: 0);
        (
            await world.AwsAsync($"servicediscovery list-instances --service-id {registry} --query 'length(Instances)'")
        ).Text.ShouldBe("2");

        // Who is not in the namespace gets no further than the address.
        await RunOutsiderAsync(world);

        // A task that stops, and the one in its place, are nobody's concern.
        var before = (await LinesAsync(world, "bridge")).Count;
        var stopped = (await TasksAsync(world))[0];
        (
            await world.AwsAsync($"ecs stop-task --cluster {Cluster} --task {stopped} --query task.taskArn")
        ).Text.ShouldNotBeEmpty();
        await Eventually.BeAsync(
            "another task in the place of one that was stopped",
            () => TasksAsync(world),
            tasks => tasks.Count == 2 && !tasks.Contains(stopped),
            explain: tasks => string.Join(' ', tasks)
        );
        var lines = await AnsweredAsync(world, "bridge", before);
        lines.Skip(before).ShouldAllBe(line => line == "200");

        // The containers outlive the platform, and find each other again when it is back.
        (await world.Platform.StopAsync()).ShouldBe(0);
        before = (await LinesAsync(world, "bridge")).Count;
        await world.Platform.StartAsync();
        await AnsweredAsync(world, "bridge", before);
    }

    private static async Task RunOutsiderAsync(World world)
    {
        var found = await world.DockerAsync(
            "exec $(docker ps -q --filter label=com.amazonaws.ecs.task-definition-family=connect-bridge) cat /etc/hosts"
        );
        var address = found.Output.Split('\n').Single(line => line.EndsWith("\tapi", StringComparison.Ordinal))[..^4];
        var definition = Client(world, "bridge");
        definition["family"] = "connect-outsider";
        definition["containerDefinitions"]![0]!["extraHosts"] = new JsonArray(
            new JsonObject { ["hostname"] = "api", ["ipAddress"] = address }
        );
        var file = world.File("connect-outsider.json", definition.ToJsonString());
        (await world.AwsAsync($"ecs register-task-definition --cli-input-json {file}")).Text.ShouldNotBeEmpty();
        (
            await world.AwsAsync(
                $"ecs create-service --cluster {Cluster} --service-name outsider --task-definition connect-outsider "
                    + "--desired-count 1"
            )
        ).Text.ShouldNotBeEmpty();
        var lines = await Eventually.BeAsync(
            "tries of a client outside of the namespace",
            () => LinesAsync(world, "outsider"),
            lines => lines.Count > 5,
            explain: lines => string.Join('\n', lines)
        );
        lines.ShouldAllBe(line => line == "000");
    }

    private static async Task<JsonNode> CreateServiceAsync(
        World world,
        string name,
        JsonObject definition,
        int desired,
        string connect
    )
    {
        definition["family"] = name;
        var file = world.File($"{name}.json", definition.ToJsonString());
        (await world.AwsAsync($"ecs register-task-definition --cli-input-json {file}")).Text.ShouldNotBeEmpty();
        return (
            await world.AwsAsync(
                $"ecs create-service --cluster {Cluster} --service-name {name} --task-definition {name} "
                    + $"--desired-count {desired} --service-connect-configuration '{connect}'"
            )
        ).Json;
    }

    /// <summary>A client's answers, once one that came after the first so many was good.</summary>
    private static Task<List<string>> AnsweredAsync(World world, string client, int since) =>
        Eventually.BeAsync(
            $"an answer for the client in mode {client}",
            () => LinesAsync(world, client),
            lines => lines.Skip(since).Count(line => line == "200") > 5,
            explain: lines => $"{string.Join('\n', lines)}\n{world.Platform.Log}"
        );

    private static async Task<List<string>> LinesAsync(World world, string client)
    {
        var printed = await world.DockerAsync(
            "logs $(docker ps -q --filter " + $"label=com.amazonaws.ecs.task-definition-family=connect-{client})"
        );
        return [.. printed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }

    /// <summary>The tasks of the service that have containers.</summary>
    private static async Task<IReadOnlyList<string>> TasksAsync(World world) =>
        (
            await world.DockerAsync(
                "ps --filter label=com.amazonaws.ecs.task-definition-family=connect-api --format "
                    + "'{{.Label \"com.amazonaws.ecs.task-arn\"}}'"
            )
        ).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static JsonObject Api(World world) =>
        new()
        {
            ["containerDefinitions"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "web",
                    ["image"] = $"{world.AwsRegistry}/nginx:latest",
                    ["memory"] = 64,
                    ["portMappings"] = new JsonArray(
                        new JsonObject
                        {
                            ["containerPort"] = 80,
                            ["name"] = "web",
                            ["appProtocol"] = "http",
                        }
                    ),
                }
            ),
        };

    /// <summary>A container with this machine's programs that asks the service again and again.</summary>
    private static JsonObject Client(World world, string mode) =>
        new()
        {
            ["networkMode"] = mode,
            ["containerDefinitions"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "main",
                    ["image"] = $"{world.AwsRegistry}/nginx:latest",
                    ["memory"] = 64,
                    ["entryPoint"] = new JsonArray("/usr/bin/bash", "-c"),
                    ["command"] = new JsonArray(
                        "while true; do curl -s --max-time 3 -o /dev/null -w '%{http_code}\\n' http://api:8080/; "
                            + "sleep 0.1; done"
                    ),
                    ["mountPoints"] = new JsonArray([
                        .. Folders.Select(folder => new JsonObject
                        {
                            ["sourceVolume"] = folder,
                            ["containerPath"] = "/" + folder,
                            ["readOnly"] = true,
                        }),
                    ]),
                }
            ),
            ["volumes"] = new JsonArray([
                .. Folders.Select(folder => new JsonObject
                {
                    ["name"] = folder,
                    ["host"] = new JsonObject { ["sourcePath"] = "/" + folder },
                }),
            ]),
        };
}
