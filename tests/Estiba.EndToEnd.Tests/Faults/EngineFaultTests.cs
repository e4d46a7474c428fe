using System.Text.Json.Nodes;
using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Faults;

/// <summary>Docker is not there yet, is stopped, and comes back, under a platform that goes on.</summary>
[Collection(nameof(SecondEngine))]
public sealed class EngineFaultTests
{
    [Fact]
    public async Task A_platform_waits_for_Docker_and_lives_through_its_restart()
    {
        await using var world = await World.CreateWithOwnEngineAsync();
        var engine = world.Engine!;

        // Not there yet: the platform answers, and says on what the instance waits.
        (await world.AwsAsync("ecs create-cluster --cluster-name engine")).Text.ShouldNotBeEmpty();
        world.UserData("engine");
        (
            await world.AwsAsync(
                $"ec2 run-instances --image-id {World.EcsImage} --instance-type t3.small --user-data "
                    + "file://user-data.sh"
            )
        ).Text.ShouldNotBeEmpty();
        await Eventually.TrueAsync("the log names Docker", () =>
            Task.FromResult(world.Platform.Log.Contains("docker.sock", StringComparison.Ordinal))
        );

        // Docker starts: the instance joins, and the service runs.
        await engine.StartAsync();
        await Eventually.BeAsync("the instance joins", InstancesAsync, answer => answer.Text == "1");
        await world.PushNginxAsync("nginx");
        (
            await world.AwsAsync(
                "ecs register-task-definition --family web --container-definitions "
                    + $"'name=nginx,image={world.AwsRegistry}"
                    + "/nginx:latest,memory=64,portMappings=[{hostPort=9999,containerPort=80}]'"
            )
        ).Text.ShouldNotBeEmpty();
        (
            await world.AwsAsync(
                "ecs create-service --cluster engine --service-name web --task-definition web --desired-count 1"
            )
        ).Text.ShouldNotBeEmpty();
        var first = await RunningTaskAsync(other: null);

        // Nobody binds the socket of the engine, wherever it is, although everything is allowed.
        (await ReasonOfTaskThatBindsAsync(engine.Host["unix://".Length..])).ShouldContain("may not be bound");

        // Docker stops, with the containers: the platform answers on. Docker starts: the service has its task again.
        await engine.StopAsync();
        (
            await world.AwsAsync(
                "ecs describe-services --cluster engine --services web --query 'services[0].desiredCount'"
            )
        ).Text.ShouldBe("1");
        await engine.StartAsync();
        var second = await RunningTaskAsync(other: first);
        second.ShouldNotBe(first);
        (await world.DockerAsync("ps -q")).Text.Split('\n').Length.ShouldBe(1);

        Task<Answer> InstancesAsync() =>
            world.AwsAsync(
                "ecs list-container-instances --cluster engine --filter agentConnected==true --query "
                    + "'length(containerInstanceArns)'"
            );

        async Task<string> ReasonOfTaskThatBindsAsync(string path)
        {
            (
                await world.AwsAsync(
                    $"ecs register-task-definition --family binds --volumes 'name=taken,host={{sourcePath={path}}}' "
                        + $"--container-definitions 'name=main,image={world.AwsRegistry}/nginx:latest,memory=64,"
                        + "mountPoints=[{sourceVolume=taken,containerPath=/taken}]'"
                )
            ).Text.ShouldNotBeEmpty();
            var task = (
                await world.AwsAsync(
                    "ecs run-task --cluster engine --task-definition binds --query 'tasks[0].taskArn' --output text"
                )
            ).Text;
            var stopped = await Eventually.BeAsync(
                "a stopped task",
                async () =>
                    (await world.AwsAsync($"ecs describe-tasks --cluster engine --tasks {task}")).Json["tasks"]![0]!,
                found => (string?)found["lastStatus"] == "STOPPED"
            );
            return (string?)stopped["containers"]![0]!["reason"] ?? "";
        }

        async Task<string> RunningTaskAsync(string? other) =>
            (
                await Eventually.BeAsync(
                    "a running task",
                    async () =>
                        (await world.AwsAsync("ecs describe-services --cluster engine --services web")).Json[
                            "services"
                        ]![0]!["runningCount"]!.GetValue<int>() == 1
                            ? (
                                await world.AwsAsync(
                                    "ecs list-tasks --cluster engine --service-name web --query 'taskArns[0]' "
                                        + "--output text"
                                )
                            ).Text
                            : "",
                    task => task.Length > 0 && task != other,
                    TimeSpan.FromSeconds(180),
                    _ => world.Platform.Log[^Math.Min(world.Platform.Log.Length, 3000)..]
                )
            );
    }
}
