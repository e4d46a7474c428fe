using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Estiba.EndToEnd.Tests.Platforms;
using Estiba.EndToEnd.Tests.TheArticle;

namespace Estiba.EndToEnd.Tests.Faults;

/// <summary>Tasks that cannot run, and requests that cannot be met: what the stock command line is told.</summary>
public sealed class TaskFailureTests(ServiceLifeWorld life) : IClassFixture<ServiceLifeWorld>
{
    private World World => life.World;

    [Fact]
    public async Task An_image_that_does_not_exist_cannot_be_pulled()
    {
        await RegisterAsync("no-image", $"image={World.AwsRegistry}/nginx:never-pushed,memory=64");
        var task = await StoppedAsync("no-image");
        ((string?)task["stopCode"]).ShouldBe("TaskFailedToStart");
        ((string?)task["stoppedReason"] + (string?)task["containers"]![0]!["reason"]).ShouldContain(
            "CannotPullContainerError"
        );
    }

    [Fact]
    public async Task A_container_that_exits_at_once_stops_its_task_with_its_exit_code()
    {
        await RegisterAsync("exits", $"image={World.AwsRegistry}/nginx:latest,memory=64,command=nginx,-t,-c,/missing");
        var task = await StoppedAsync("exits");
        ((string?)task["stopCode"]).ShouldBe("EssentialContainerExited");
        ((string?)task["stoppedReason"]).ShouldBe("Essential container in task exited");
        ((int?)task["containers"]![0]!["exitCode"]).ShouldBe(1);
    }

    [Fact]
    public async Task A_port_that_something_else_on_the_host_holds_fails_the_task_and_is_named()
    {
        using var holder = new TcpListener(IPAddress.Any, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        await life.RegisterAsync("port-held", port);
        var task = await StoppedAsync("port-held");
        ((string?)task["stopCode"]).ShouldBe("TaskFailedToStart");
        ((string?)task["containers"]![0]!["reason"]).ShouldNotBeNull().ShouldContain($":{port}");
    }

    [Theory]
    [InlineData("the platform's data", "data")]
    [InlineData("what it is in", "")]
    [InlineData("what is in it and is no agent's", "data/registry")]
    [InlineData("the socket of the engine", "/var/run/docker.sock")]
    public async Task What_is_the_platforms_or_the_engines_is_never_bound_although_all_is_allowed(
        string what,
        string path
    )
    {
        var source = Path.Combine(World.Root, path).TrimEnd('/');
        (
            await World.AwsAsync(
                "ecs register-task-definition --family binds --volumes "
                    + $"'name=taken,host={{sourcePath={source}}}' --container-definitions "
                    + $"'name=main,image={World.AwsRegistry}/nginx:latest,memory=64,"
                    + "mountPoints=[{sourceVolume=taken,containerPath=/taken}]'"
            )
        ).Text.ShouldNotBeEmpty();

        var task = await StoppedAsync("binds");

        ((string?)task["stopCode"]).ShouldBe("TaskFailedToStart", what);
        ((string?)task["containers"]![0]!["reason"]).ShouldBe(
            $"CannotCreateContainerError: the path '{source}' of the host may not be bound: it is, holds or lies in "
                + "what belongs to the platform or to the container engine",
            what
        );
    }

    [Fact]
    public async Task A_task_that_fits_no_instance_is_not_started_and_the_missing_resource_is_named()
    {
        await RegisterAsync("too-large", $"image={World.AwsRegistry}/nginx:latest,memory=999999");
        var answer = (
            await World.AwsAsync($"ecs run-task --cluster {ServiceLifeWorld.Cluster} --task-definition too-large")
        ).Json;
        answer["tasks"]!.AsArray().ShouldBeEmpty();
        answer["failures"]!.AsArray().Select(failure => (string?)failure!["reason"]).ShouldContain("RESOURCE:MEMORY");
    }

    [Fact]
    public async Task A_service_whose_tasks_cannot_start_keeps_trying_and_says_so()
    {
        await RegisterAsync("never", $"image={World.AwsRegistry}/nginx:never-pushed,memory=64");
        (
            await World.AwsAsync(
                $"ecs create-service --cluster {ServiceLifeWorld.Cluster} --service-name never --task-definition "
                    + "never --desired-count 1"
            )
        ).Text.ShouldNotBeEmpty();
        var failed = await Eventually.BeAsync(
            "two failed tasks",
            () =>
                World.AwsAsync(
                    $"ecs list-tasks --cluster {ServiceLifeWorld.Cluster} --service-name never --desired-status "
                        + "STOPPED --query 'length(taskArns)'"
                ),
            answer => int.Parse(answer.Text) >= 2,
            TimeSpan.FromSeconds(180)
        );
        failed.ExitCode.ShouldBe(0);
        await life.DeleteServiceAsync("never");
    }

    [Theory]
    [InlineData(
        "ecs describe-services --cluster nowhere --services x",
        "ClusterNotFoundException",
        "Cluster not found."
    )]
    [InlineData("ecs run-task --cluster nowhere --task-definition x", "ClusterNotFoundException", "Cluster not found.")]
    [InlineData(
        "ecs run-task --cluster life --task-definition nothing",
        "ClientException",
        "TaskDefinition not found."
    )]
    [InlineData(
        "ecs describe-task-definition --task-definition nothing:7",
        "ClientException",
        "Unable to describe task definition."
    )]
    [InlineData(
        "ecs update-service --cluster life --service nothing --desired-count 1",
        "ServiceNotFoundException",
        "Service not found."
    )]
    [InlineData(
        "ecs stop-task --cluster life --task 0123456789abcdef0123456789abcdef",
        "InvalidParameterException",
        "The referenced task was not found."
    )]
    [InlineData("ecs describe-tasks --cluster life --tasks $(seq -f %032g 101)", "InvalidParameterException", "")]
    [InlineData(
        "ecr describe-images --repository-name nothing",
        "RepositoryNotFoundException",
        "The repository with name 'nothing' does not exist in the registry with id"
    )]
    [InlineData(
        "logs get-log-events --log-group-name nothing --log-stream-name nothing",
        "ResourceNotFoundException",
        "The specified log group does not exist."
    )]
    [InlineData(
        "ec2 terminate-instances --instance-ids i-0123456789abcdef0",
        "InvalidInstanceID.NotFound",
        "The instance ID 'i-0123456789abcdef0' does not exist"
    )]
    public async Task What_does_not_exist_is_refused_with_AWSs_error(string command, string code, string message)
    {
        var refusal = (await World.AwsAsync(command)).Refusal;
        refusal.ShouldContain($"({code})");
        refusal.ShouldContain(message);
    }

    private async Task RegisterAsync(string family, string container) =>
        (
            await World.AwsAsync(
                $"ecs register-task-definition --family {family} --container-definitions 'name=main,{container}'"
            )
        ).Text.ShouldNotBeEmpty();

    private async Task<JsonNode> StoppedAsync(string family)
    {
        var task = (
            await World.AwsAsync(
                $"ecs run-task --cluster {ServiceLifeWorld.Cluster} --task-definition {family} --query "
                    + "'tasks[0].taskArn' --output text"
            )
        ).Text;
        return await Eventually.BeAsync(
            "a stopped task",
            () => life.DescribeAsync(task),
            found => (string?)found["lastStatus"] == "STOPPED"
        );
    }
}
