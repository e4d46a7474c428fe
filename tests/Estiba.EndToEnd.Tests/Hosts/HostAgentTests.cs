using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Hosts;

/// <summary>A server without virtual instances, and a host that joins it with <c>estiba agent</c>.</summary>
public sealed class HostAgentTests
{
    [Fact]
    public async Task A_host_joins_a_server_runs_its_tasks_and_keeps_them_when_its_agent_is_killed()
    {
        await using var world = await World.CreateServerAsync();
        await world.PushNginxAsync("nginx");
        (await world.AwsAsync("ecs create-cluster --cluster-name hosts")).Text.ShouldNotBeEmpty();
        await using var agent = new HostAgentProcess(world, "hosts");
        agent.Start();
        await ConnectedAsync();

        (
            await world.AwsAsync(
                "ecs register-task-definition --family web --container-definitions "
                    + $"'name=nginx,image={world.AwsRegistry}"
                    + "/nginx:latest,memory=64,portMappings=[{containerPort=80}]'"
            )
        ).Text.ShouldNotBeEmpty();
        (
            await world.AwsAsync(
                "ecs create-service --cluster hosts --service-name web --task-definition web --desired-count 1"
            )
        ).Text.ShouldNotBeEmpty();
        await RunningAsync();
        var port = (
            await world.AwsAsync(
                "ecs describe-tasks --cluster hosts --tasks $(aws ecs list-tasks --cluster hosts --query "
                    + "'taskArns[0]' --output text) "
                    + "--query 'tasks[0].containers[0].networkBindings[0].hostPort'"
            )
        ).Text;
        (await world.PageAsync($"http://127.0.0.1:{port}")).Text.ShouldContain("Welcome to nginx!");
        var before = await ContainersAsync();

        await agent.KillAsync();
        (await world.PageAsync($"http://127.0.0.1:{port}")).Text.ShouldContain("Welcome to nginx!");
        agent.Start();
        await ConnectedAsync();
        await RunningAsync();
        (await ContainersAsync()).ShouldBe(before);

        Task ConnectedAsync() =>
            Eventually.BeAsync(
                "the host is connected",
                () =>
                    world.AwsAsync(
                        "ecs describe-container-instances --cluster hosts --container-instances "
                            + "$(aws ecs list-container-instances --cluster hosts --query "
                            + "'containerInstanceArns[]' --output text) --query "
                            + "'containerInstances[].agentConnected'"
                    ),
                answer => answer.ExitCode == 0 && answer.Output.Contains("true", StringComparison.Ordinal),
                explain: _ => agent.Log
            );

        Task RunningAsync() =>
            Eventually.BeAsync(
                "one running task",
                () =>
                    world.AwsAsync(
                        "ecs describe-services --cluster hosts --services web --query 'services[0].runningCount'"
                    ),
                answer => answer.Text == "1",
                explain: _ => agent.Log
            );

        async Task<string> ContainersAsync() =>
            (await world.DockerAsync("ps -q --no-trunc --filter label=com.amazonaws.ecs.cluster=hosts")).Text;
    }

    [Fact]
    public async Task A_server_has_no_virtual_instances()
    {
        await using var world = await World.CreateServerAsync();
        (
            await world.AwsAsync($"ec2 run-instances --image-id {World.EcsImage} --instance-type t3.small")
        ).ExitCode.ShouldNotBe(0);
    }
}
