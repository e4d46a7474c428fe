using System.Text.Json.Nodes;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;

namespace Estiba.Agent.Tests.Docker;

/// <summary>What real containers find in their environment, and what the engine adds to what they are told.</summary>
public sealed class TaskMetadataOnDockerTests
{
    private static readonly IAMRoleCredentials Role = new()
    {
        CredentialsId = "5b8a3c1e",
        RoleArn = "arn:aws:iam::123456789012:role/app",
        AccessKeyId = "ASIA",
        SecretAccessKey = "s",
        SessionToken = "t",
    };

    [Fact]
    public async Task The_addresses_to_ask_at_are_in_the_environment()
    {
        await using var test = await TestAgent.StartAsync(options =>
            options with
            {
                ContainersPlatformEndpoint = new Uri("http://10.66.0.1:4566"),
            }
        );
        test.Logs.Groups.Add("web");
        var task = TestTasks.Task(TestTasks.Shell("app", "env; exec sleep 100").WithAwsLogs("web")) with
        {
            RoleCredentials = Role,
        };
        await test.RunAsync(task);
        var endpoint = await test.EndpointIdAsync(task);

        await Eventually.HoldsAsync(() =>
            Lines(test, task).Contains("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/5b8a3c1e")
        );
        Lines(test, task).ShouldContain($"ECS_CONTAINER_METADATA_URI=http://169.254.170.2/v3/{endpoint}");
        Lines(test, task).ShouldContain($"ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/{endpoint}");
        Lines(test, task).ShouldContain("AWS_ENDPOINT_URL=http://10.66.0.1:4566");
        Lines(test, task).ShouldContain("AWS_REGION=eu-west-1");
    }

    [Fact]
    public async Task Addresses_volumes_and_statistics_are_the_engines()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(
            TestTasks.Shell("app", "exec sleep 100") with
            {
                MountPoints = [new MountPoint { SourceVolume = "scratch", ContainerPath = "/scratch" }],
            }
        ) with
        {
            Volumes = [new Volume { Name = "scratch", Host = new HostVolumeProperties() }],
        };
        var running = await test.RunAsync(task);
        var seen = (await test.Engine.FindContainerAsync(running.Containers![0].RuntimeId!, CancellationToken.None))!;

        var container = JsonNode.Parse((await test.AskAsync(task)).Text)!;
        var statistics = JsonNode.Parse((await test.AskAsync(task, rest: "/stats")).Text)!;
        var all = JsonNode.Parse((await test.AskAsync(task, "v3", "/task/stats")).Text)!.AsObject();

        container["Networks"]!
            .ToJsonString()
            .ShouldBe($$"""[{"NetworkMode":"bridge","IPv4Addresses":["{{seen.Addresses["bridge"]}}"]}]""");
        container["ImageID"]!.GetValue<string>().ShouldBe(seen.ImageId);
        container["Volumes"]![0]!["Destination"]!.GetValue<string>().ShouldBe("/scratch");
        statistics["precpu_stats"]!["cpu_usage"]!["total_usage"]!.GetValue<long>().ShouldBeGreaterThan(0);
        statistics["network_rate_stats"]!["rx_bytes_per_sec"]!.GetValue<double>().ShouldBeGreaterThanOrEqualTo(0);
        all[seen.Id]!["memory_stats"]!["usage"]!.GetValue<long>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_container_keeps_the_id_it_asks_with_when_its_agent_has_lost_its_memory()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "exec sleep 100")) with { RoleCredentials = Role };
        await test.RunAsync(task);
        var before = await test.EndpointIdAsync(task);
        await test.StopAsync();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(test.Options.DataDirectory!, "tasks")))
            File.Delete(file);

        test.StartAgain();
        await test.Server.ConnectedAsync();
        await test.Server.SendTasksAsync(task);
        await Eventually.HoldsAsync(() => test.Ecs.Reports.Count(report => report.Status == "RUNNING") >= 2);

        (await test.EndpointIdAsync(task)).ShouldBe(before);
        (await test.AskAsync(task)).Status.ShouldBe(200);
    }

    private static IReadOnlyList<string> Lines(TestAgent test, AcsTask task) =>
        test.Logs.Messages("web", $"app/app/{task.Id()}");
}
