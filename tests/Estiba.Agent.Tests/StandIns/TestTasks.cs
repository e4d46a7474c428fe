using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Estiba.Contracts.Acs;

namespace Estiba.Agent.Tests.StandIns;

/// <summary>Tasks as a payload has them.</summary>
internal static class TestTasks
{
    public const string ClusterArn = "arn:aws:ecs:eu-west-1:123456789012:cluster/demo";

    public static string NewArn() =>
        $"arn:aws:ecs:eu-west-1:123456789012:task/demo/{RandomNumberGenerator.GetHexString(32, lowercase: true)}";

    public static AcsTask Task(params AcsContainer[] containers) =>
        new()
        {
            Arn = NewArn(),
            TaskClusterArn = ClusterArn,
            DesiredStatus = "RUNNING",
            Family = "web",
            Version = "3",
            LaunchType = "EC2",
            NetworkMode = "bridge",
            Containers = containers,
        };

    public static AcsContainer Shell(string name, string script, bool essential = true) =>
        new()
        {
            Name = name,
            Image = TestImage.Name,
            Essential = essential,
            EntryPoint = ["/bin/sh", "-c"],
            Command = [script],
            Memory = 64,
            Cpu = 10,
            StopTimeout = 2,
            DockerConfig = new DockerConfig { Config = "{}", HostConfig = "{}" },
        };

    /// <summary>
    /// A container that runs until <see cref="TestAgent.EndAsync"/> tells it to end: a time instead would be too short
    /// on a slow machine.
    /// </summary>
    public static AcsContainer UntilTold(string name, int exitCode, bool essential = true) =>
        Shell(name, $"trap 'exit {exitCode}' USR1; while :; do sleep 0.05; done", essential);

    public static AcsContainer WithAwsLogs(
        this AcsContainer container,
        string group,
        string? prefix = "app",
        params (string Name, string Value)[] more
    )
    {
        var config = new JsonObject { ["awslogs-group"] = group };
        if (prefix is not null)
            config["awslogs-stream-prefix"] = prefix;
        foreach (var (name, value) in more)
            config[name] = value;
        return container with
        {
            DockerConfig = new DockerConfig
            {
                Config = "{}",
                HostConfig = new JsonObject
                {
                    ["LogConfig"] = new JsonObject { ["Type"] = "awslogs", ["Config"] = config },
                }.ToJsonString(),
            },
        };
    }

    public static string Id(this AcsTask task) => task.Arn![(task.Arn!.LastIndexOf('/') + 1)..];
}
