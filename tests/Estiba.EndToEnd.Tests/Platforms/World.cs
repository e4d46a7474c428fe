using System.Security.Cryptography;
using Estiba.Listeners.Tests;

namespace Estiba.EndToEnd.Tests.Platforms;

/// <summary>
/// A platform with its data, and the stock command lines set up to talk to it; all of it is gone at the end.
/// </summary>
/// <remarks>
/// The region is the article's; everything that is on the machine beside it (another platform, the person's own
/// settings) is left alone.
/// </remarks>
internal sealed class World : IAsyncDisposable
{
    /// <summary>The image that EC2 has for container instances.</summary>
    public const string EcsImage = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id";

    private const string EcrDomain = "dkr.ecr.eu-west-1.amazonaws.com";

    private World(string root, string account, PlatformProcess platform, CommandLine commands, SecondEngine? engine)
    {
        Root = root;
        Account = account;
        Platform = platform;
        Commands = commands;
        Engine = engine;
    }

    public string Root { get; }

    public PlatformProcess Platform { get; }

    public CommandLine Commands { get; }

    /// <summary>The world's own Docker Engine, where it has one.</summary>
    public SecondEngine? Engine { get; }

    /// <summary>
    /// The account of the platform's own key, another one in each world: so is the name of its images in the engine.
    /// </summary>
    public string Account { get; }

    /// <summary>Starts a platform that runs containers on the machine's Docker Engine.</summary>
    public static Task<World> CreateAsync(params string[] arguments) => CreateInAsync(Abandoned.NewRoot(), arguments);

    /// <summary>
    /// Starts a platform whose data is in a directory that is there already: <c>data</c> in <paramref name="root"/>.
    /// </summary>
    public static Task<World> CreateInAsync(string root, params string[] arguments) =>
        CreateAsync(root, engine: null, arguments);

    /// <summary>Starts a platform for a Docker Engine of its own, which is not started yet.</summary>
    public static Task<World> CreateWithOwnEngineAsync()
    {
        var root = Abandoned.NewRoot();
        return CreateAsync(root, new SecondEngine(root));
    }

    /// <summary>Starts the services alone, without virtual instances.</summary>
    public static Task<World> CreateServerAsync(params string[] arguments) =>
        CreateAsync(Abandoned.NewRoot(), engine: null, "server", arguments);

    private static Task<World> CreateAsync(string root, SecondEngine? engine, params string[] arguments) =>
        CreateAsync(root, engine, "up", arguments);

    private static async Task<World> CreateAsync(
        string root,
        SecondEngine? engine,
        string command,
        params string[] arguments
    )
    {
        await Abandoned.RemoveAllAsync();
        var account = RandomNumberGenerator.GetString("0123456789", 12);
        var platform = new PlatformProcess(
            Path.Combine(root, "data"),
            FreePort.Take(),
            ["--account", account, "--healthy-after", "3", .. arguments]
        )
        {
            Command = command,
            DockerHost = engine?.Host,
        };
        Abandoned.RememberRegistries(root, platform.Registry, $"{account}.{EcrDomain}");
        await platform.StartAsync();
        var work = Directory.CreateDirectory(Path.Combine(root, "work")).FullName;
        return new World(root, account, platform, await TestShell.OpenAsync(work, platform), engine);
    }

    /// <summary>Runs <c>aws</c> with these words.</summary>
    public Task<Answer> AwsAsync(string words) => Commands.RunAsync($"aws {words}");

    /// <summary>
    /// What a web server answers. A task runs when its containers have started: what is in them may take a moment more
    /// until it listens, and until then a connection is refused, or ends without an answer.
    /// </summary>
    public Task<Answer> PageAsync(string address) =>
        Commands.RunAsync(
            $"curl -sS --max-time 30 --retry 120 --retry-all-errors --retry-delay 1 --retry-max-time 120 {address}"
        );

    /// <summary>Runs <c>docker</c> with these words.</summary>
    public Task<Answer> DockerAsync(string words) => Commands.RunAsync($"docker {words}");

    /// <summary>Puts a file where commands find it, and gives the <c>file://</c> reference to it.</summary>
    public string File(string name, string content)
    {
        System.IO.File.WriteAllText(Path.Combine(Commands.Directory, name), content);
        return $"file://{name}";
    }

    /// <summary>What the registry is called in task definitions, as on AWS.</summary>
    public string AwsRegistry => $"{Account}.{EcrDomain}";

    /// <summary>Puts nginx into a new repository.</summary>
    public async Task PushNginxAsync(string repository)
    {
        await Nginx.EnsureAsync(Platform.DockerHost);
        var image = $"{Platform.Registry}/{repository}:latest";
        (await AwsAsync($"ecr create-repository --repository-name {repository}")).Text.ShouldNotBeEmpty();
        (
            await Commands.RunAsync(
                $"aws ecr get-login-password | docker login --username AWS --password-stdin {Platform.Registry} "
                    + $"&& docker tag {Nginx.Image} {image} && docker push {image} && docker rmi {image}"
            )
        ).Text.ShouldNotBeEmpty();
    }

    /// <summary>Writes the user data that lets an instance join a cluster, as AWS's own pages have it.</summary>
    public void UserData(string cluster) =>
        File("user-data.sh", $"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config\n");

    /// <summary>Starts instances and waits until they are in the cluster.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="count">How many to start.</param>
    /// <param name="all">How many the cluster has then; as many as are started where it had none.</param>
    public async Task RunInstancesAsync(string cluster, int count, int? all = null)
    {
        UserData(cluster);
        (
            await AwsAsync(
                $"ec2 run-instances --image-id {EcsImage} --instance-type t3.small --count {count} --user-data "
                    + "file://user-data.sh"
            )
        ).Text.ShouldNotBeEmpty();
        await Eventually.BeAsync(
            $"{all ?? count} container instances in {cluster}",
            () =>
                AwsAsync(
                    $"ecs list-container-instances --cluster {cluster} --filter agentConnected==true --query "
                        + "'length(containerInstanceArns)'"
                ),
            answer => answer.Text == $"{all ?? count}"
        );
    }

    /// <summary>The address of the machine behind a container instance, as a person finds it.</summary>
    public async Task<string> AddressOfAsync(string cluster, string containerInstance)
    {
        var instance = (
            await AwsAsync(
                $"ecs describe-container-instances --cluster {cluster} --container-instances {containerInstance} "
                    + "--query 'containerInstances[0].ec2InstanceId' --output text"
            )
        ).Text;
        return (
            await AwsAsync(
                $"ec2 describe-instances --instance-ids {instance} --query "
                    + "'Reservations[0].Instances[0].PublicIpAddress' --output text"
            )
        ).Text;
    }

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        if (Engine is not null)
            await Engine.DisposeAsync();
        await Abandoned.RemoveAsync(Root);
    }
}
