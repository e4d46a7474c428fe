using System.Text.Json.Nodes;
using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Roles;

/// <summary>
/// A platform that has the address at which containers ask, an instance, a role that tasks may have, and containers
/// that have the machine's own commands.
/// </summary>
/// <remarks>
/// The image is nginx's, which is nearly empty; the machine's folders are mounted into it, so that the stock <c>aws</c>
/// runs in it as it does here.
/// </remarks>
public sealed class RoleWorld : IAsyncLifetime
{
    internal const string Cluster = "roles";
    internal const string Group = "roles";
    private const string Trust =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";
    private static readonly string[] Folders = ["bin", "lib", "lib64", "sbin", "usr", "opt", "root", "home"];

    internal World World { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        World = await World.CreateAsync();
        await World.PushNginxAsync("nginx");
        (await World.AwsAsync($"ecs create-cluster --cluster-name {Cluster}")).Text.ShouldNotBeEmpty();
        await World.RunInstancesAsync(Cluster, 1);
        (await World.AwsAsync($"logs create-log-group --log-group-name {Group}")).Text.ShouldBeEmpty();
        await CreateRoleAsync("app");
    }

    public ValueTask DisposeAsync() => World is null ? ValueTask.CompletedTask : World.DisposeAsync();

    internal string RoleArn(string name) => $"arn:aws:iam::{World.Account}:role/{name}";

    internal async Task CreateRoleAsync(string name) =>
        (
            await World.AwsAsync($"iam create-role --role-name {name} --assume-role-policy-document '{Trust}'")
        ).Text.ShouldNotBeEmpty();

    /// <summary>Registers a task that runs a line of bash, and then sleeps.</summary>
    internal async Task RegisterAsync(string family, string line, string networkMode = "bridge", string role = "app")
    {
        var folders = Folders.Where(folder => Directory.Exists("/" + folder)).ToList();
        var definition = new JsonObject
        {
            ["family"] = family,
            ["networkMode"] = networkMode,
            ["taskRoleArn"] = RoleArn(role),
            ["executionRoleArn"] = RoleArn("app"),
            ["containerDefinitions"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "main",
                    ["image"] = $"{World.AwsRegistry}/nginx:latest",
                    ["memory"] = 256,
                    ["entryPoint"] = new JsonArray("/usr/bin/env", "bash", "-c"),
                    ["command"] = new JsonArray($"{line}; exec sleep 1000"),
                    ["environment"] = new JsonArray(
                        Variable("PATH", Environment.GetEnvironmentVariable("PATH")!),
                        Variable("HOME", Environment.GetEnvironmentVariable("HOME") ?? "/root"),
                        Variable("AWS_SHARED_CREDENTIALS_FILE", "/nowhere"),
                        Variable("AWS_CONFIG_FILE", "/nowhere")
                    ),
                    ["mountPoints"] = new JsonArray([
                        .. folders.Select(folder => new JsonObject
                        {
                            ["sourceVolume"] = folder,
                            ["containerPath"] = "/" + folder,
                            ["readOnly"] = true,
                        }),
                    ]),
                    ["logConfiguration"] = new JsonObject
                    {
                        ["logDriver"] = "awslogs",
                        ["options"] = new JsonObject
                        {
                            ["awslogs-group"] = Group,
                            ["awslogs-region"] = "eu-west-1",
                            ["awslogs-stream-prefix"] = "r",
                        },
                    },
                }
            ),
            ["volumes"] = new JsonArray([
                .. folders.Select(folder => new JsonObject
                {
                    ["name"] = folder,
                    ["host"] = new JsonObject { ["sourcePath"] = "/" + folder },
                }),
            ]),
        };
        var file = World.File($"{family}.json", definition.ToJsonString());
        (await World.AwsAsync($"ecs register-task-definition --cli-input-json {file}")).Text.ShouldNotBeEmpty();
    }

    /// <summary>Runs one task, and returns its id when it runs.</summary>
    internal async Task<string> RunAsync(string family)
    {
        var arn = (
            await World.AwsAsync(
                $"ecs run-task --cluster {Cluster} --task-definition {family} --query 'tasks[0].taskArn' --output text"
            )
        ).Text;
        await Eventually.BeAsync(
            $"a running task of {family}",
            () =>
                World.AwsAsync(
                    $"ecs describe-tasks --cluster {Cluster} --tasks {arn} --query "
                        + "'tasks[0].[lastStatus,stoppedReason,containers[0].reason]' --output text"
                ),
            answer => answer.Text.StartsWith("RUNNING", StringComparison.Ordinal),
            explain: answer => answer.Output + World.Platform.Log
        );
        return arn[(arn.LastIndexOf('/') + 1)..];
    }

    /// <summary>What a task has printed, once it is that many lines.</summary>
    internal async Task<IReadOnlyList<string>> LinesAsync(string task, int count) =>
        (
            await Eventually.BeAsync(
                $"{count} lines of {task}",
                async () =>
                    (
                        await World.AwsAsync(
                            $"logs get-log-events --log-group-name {Group} --log-stream-name r/main/{task} "
                                + "--start-from-head"
                        )
                    ).Json["events"]!
                        .AsArray()
                        .Select(line => (string)line!["message"]!)
                        .ToList(),
                lines => lines.Count >= count,
                explain: lines => string.Join('\n', lines)
            )
        );

    /// <summary>A variable of a container's environment, as the engine knows it.</summary>
    internal async Task<string> ReadVariableAsync(string task, string name) =>
        (
            await World.Commands.RunAsync(
                "docker inspect $(docker ps -q --filter "
                    + $"label=com.amazonaws.ecs.task-arn=arn:aws:ecs:eu-west-1:{World.Account}:task/{Cluster}/{task}) "
                    + $"--format '{{{{range .Config.Env}}}}{{{{println .}}}}{{{{end}}}}' | sed -n 's/^{name}=//p'"
            )
        ).Text;

    private static JsonObject Variable(string name, string value) => new() { ["name"] = name, ["value"] = value };
}
