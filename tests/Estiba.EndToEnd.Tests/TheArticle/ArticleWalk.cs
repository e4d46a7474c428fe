using System.Text.Json.Nodes;
using Estiba.Demo;
using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.TheArticle;

/// <summary>
/// The article's steps in the article's order, walked once; the tests look at what each command answered.
/// </summary>
public sealed class ArticleWalk : IAsyncLifetime
{
    internal const string Cluster = "subiendo-mi-contenedor";
    internal const string Family = "subiendo_mi_contenedor";
    internal const string Repository = "subiendo.mi.contenedor";
    internal const string LogGroup = "subiendo-mi-contenedor";

    internal World World { get; private set; } = null!;

    internal string Image => $"{World.Platform.Registry}/{Repository}:latest";

    internal Answer BadRepository { get; private set; } = null!;

    internal Answer NewRepository { get; private set; } = null!;

    internal Answer Login { get; private set; } = null!;

    internal Answer FirstPush { get; private set; } = null!;

    internal Answer SecondPush { get; private set; } = null!;

    internal Answer PushedImage { get; private set; } = null!;

    internal Answer PulledDigest { get; private set; } = null!;

    internal Answer NewCluster { get; private set; } = null!;

    internal Answer ContainerInstances { get; private set; } = null!;

    internal Answer TaskDefinition { get; private set; } = null!;

    internal JsonNode TaskWithoutLogGroup { get; private set; } = null!;

    internal Answer NewService { get; private set; } = null!;

    internal Answer StableService { get; private set; } = null!;

    internal JsonNode RunningTask { get; private set; } = null!;

    internal string Address { get; private set; } = "";

    internal Answer Page { get; private set; } = null!;

    internal string TaskId => ((string)RunningTask["taskArn"]!).Split('/')[^1];

    public async ValueTask InitializeAsync()
    {
        World = await World.CreateAsync();
        var place = new ArticlePlace(World.Account, "eu-west-1", World.Platform.Registry, 80, "", 9999);
        await ArticleFiles.WriteAsync(World.Commands.Directory, place, CancellationToken.None);
        await Nginx.EnsureAsync();

        await RegistryAsync();
        await ClusterAsync();
        await WithoutLogGroupAsync();
        await ServiceAsync();
    }

    public ValueTask DisposeAsync() => World is null ? ValueTask.CompletedTask : World.DisposeAsync();

    private async Task RegistryAsync()
    {
        BadRepository = await World.AwsAsync("ecr create-repository --repository-name Subiendo.Mi.Contenedor");
        NewRepository = await World.AwsAsync($"ecr create-repository --repository-name {Repository}");
        Login = await World.Commands.RunAsync(
            $"aws ecr get-login-password | docker login --username AWS --password-stdin {World.Platform.Registry}"
        );
        (await World.DockerAsync($"tag {Nginx.Image} {Image}")).Text.ShouldBeEmpty();
        FirstPush = await World.DockerAsync($"push {Image}");
        SecondPush = await World.DockerAsync($"push {Image}");
        PushedImage = await World.AwsAsync($"ecr describe-images --repository-name {Repository}");
        await World.DockerAsync($"rmi {Image}");
        PulledDigest = await World.Commands.RunAsync(
            $"docker pull -q {Image} && docker image inspect {Image} --format '{{{{index .RepoDigests 0}}}}'"
        );
    }

    private async Task ClusterAsync()
    {
        NewCluster = await World.AwsAsync($"ecs create-cluster --cluster-name {Cluster}");
        (
            await World.AwsAsync(
                "ec2 run-instances --image-id "
                    + World.EcsImage
                    + " --instance-type t3.small --count 2 --user-data file://user-data.sh"
            )
        ).Text.ShouldNotBeEmpty();
        ContainerInstances = await Eventually.BeAsync(
            "two container instances",
            () => World.AwsAsync($"ecs list-container-instances --cluster {Cluster} --status ACTIVE"),
            answer => answer.Json["containerInstanceArns"]!.AsArray().Count == 2
        );
    }

    private async Task WithoutLogGroupAsync()
    {
        TaskDefinition = await World.AwsAsync(
            "ecs register-task-definition --cli-input-json file://container-definitions_nginx.json"
        );
        var task = (
            await World.AwsAsync(
                $"ecs run-task --cluster {Cluster} --task-definition {Family} --query 'tasks[0].taskArn' --output text"
            )
        ).Text;
        (await World.AwsAsync($"ecs wait tasks-stopped --cluster {Cluster} --tasks {task}")).Text.ShouldBeEmpty();
        TaskWithoutLogGroup = (await World.AwsAsync($"ecs describe-tasks --cluster {Cluster} --tasks {task}")).Json[
            "tasks"
        ]![0]!;
        (await World.AwsAsync($"logs create-log-group --log-group-name {LogGroup}")).Text.ShouldBeEmpty();
    }

    private async Task ServiceAsync()
    {
        NewService = await World.AwsAsync("ecs create-service --cli-input-json file://service_nginx.json");
        (
            await World.AwsAsync($"ecs wait services-stable --cluster {Cluster} --services {Family}")
        ).Text.ShouldBeEmpty();
        StableService = await Eventually.BeAsync(
            "the end of the deployment",
            () => World.AwsAsync($"ecs describe-services --cluster {Cluster} --services {Family}"),
            answer => (string?)answer.Json["services"]![0]!["deployments"]![0]!["rolloutState"] == "COMPLETED"
        );
        var task = (
            await World.AwsAsync(
                $"ecs list-tasks --cluster {Cluster} --service-name {Family} --query 'taskArns[0]' --output text"
            )
        ).Text;
        RunningTask = (await World.AwsAsync($"ecs describe-tasks --cluster {Cluster} --tasks {task}")).Json["tasks"]![
            0
        ]!;
        Address = await World.AddressOfAsync(Cluster, (string)RunningTask["containerInstanceArn"]!);
        Page = await World.PageAsync($"http://{Address}:9999");
    }
}
