using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Estiba.Agent.Metadata;
using Estiba.Agent.ServiceConnect;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Engines;
using Estiba.Engines.Docker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Agent.Tests.StandIns;

/// <summary>An agent on the real Docker Engine with a stand-in server; removes whatever it made.</summary>
internal sealed class TestAgent : IAsyncDisposable
{
    /// <summary>The number of SIGTERM.</summary>
    public const int Term = 15;

    private const int Usr1 = 10;

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("estiba-agent-");

    private TestAgent(StandInServer server)
    {
        Server = server;
        Ecs = new StandInEcs(() => Server.Address.ToString());
        Ecr = new StandInEcr(TimeProvider.System);
        Options = new AgentOptions
        {
            Cluster = StandInEcs.Cluster,
            Region = "eu-west-1",
            AccountId = "123456789012",
            Credentials = static () =>
                new AwsCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            InstanceId = "i-" + RandomNumberGenerator.GetHexString(17, lowercase: true),
            DataDirectory = _data.FullName,
            Cpu = 2048,
            Memory = 4096,
            BindAddress = IPAddress.Loopback,
            ImagePullBehavior = ImagePullBehavior.PreferCached,
            HostAccess = HostAccess.Everything,
        };
    }

    public StandInServer Server { get; }

    public StandInEcs Ecs { get; }

    public StandInLogs Logs { get; } = new();

    public StandInEcr Ecr { get; }

    public IContainerEngine Engine { get; private set; } = new DockerEngine("/var/run/docker.sock");

    public AgentOptions Options { get; set; }

    /// <summary>Where the agent's log goes; nowhere, unless a test is being looked into.</summary>
    public ILogger Log { get; set; } =
        Environment.GetEnvironmentVariable("ESTIBA_TEST_LOG") is { Length: > 0 } path
            ? new FileLog(path)
            : NullLogger.Instance;

    /// <summary>Where its containers ask; null for an agent that cannot have the address.</summary>
    public TaskMetadataEndpoint? Endpoint { get; set; } = new();

    /// <summary>What carries its containers' connections; null for an agent that cannot have the addresses.</summary>
    public ServiceConnectProxy? Proxy { get; set; }

    public EngineEvents Events { get; private set; } = null!;

    public ContainerInstanceAgent Agent { get; private set; } = null!;

    public static async Task<TestAgent> StartAsync(
        Func<AgentOptions, AgentOptions>? configure = null,
        IContainerEngine? engine = null,
        Func<Task>? prepare = null
    )
    {
        if (prepare is not null)
            await prepare();
        else if (engine is null)
            await TestImage.EnsureAsync();
        var test = new TestAgent(await StandInServer.StartAsync());
        if (engine is not null)
            test.Engine = engine;
        if (configure is not null)
            test.Options = configure(test.Options);
        test.StartAgain();
        await test.Server.ConnectedAsync();
        return test;
    }

    /// <summary>A new agent for the same instance.</summary>
    public void StartAgain()
    {
        Events = new EngineEvents(
            Engine,
            ContainerInstanceAgent.InstanceLabel,
            TimeProvider.System,
            Random.Shared,
            NullLogger.Instance
        );
        Agent = new ContainerInstanceAgent(
            Options,
            new AgentServices
            {
                Ecs = Ecs,
                Logs = Logs,
                Ecr = Ecr,
            },
            Engine,
            Events,
            TimeProvider.System,
            Random.Shared,
            Log,
            Endpoint,
            Proxy
        );
        Agent.Start();
    }

    public async Task StopAsync()
    {
        await Agent.DisposeAsync();
        await Events.DisposeAsync();
    }

    /// <summary>Sends a task and waits until it runs.</summary>
    public async Task<Contracts.Ecs.SubmitTaskStateChangeRequest> RunAsync(AcsTask task)
    {
        await Server.SendTasksAsync(task);
        return await Ecs.ReportAsync(task.Arn!, "RUNNING");
    }

    /// <summary>Tells a container that was made with <see cref="TestTasks.UntilTold"/> to end by itself.</summary>
    public static async Task EndAsync(Contracts.Ecs.SubmitTaskStateChangeRequest running, string container = "app")
    {
        await CatchesAsync(running, container, Usr1);
        await DockerAsync("kill", "--signal", "USR1", IdOf(running, container));
    }

    /// <summary>
    /// Waits until the first process of a container has said what it does at a signal: one that comes before that is
    /// lost, since the kernel keeps from the first process of a container what it does not catch.
    /// </summary>
    public static async Task CatchesAsync(
        Contracts.Ecs.SubmitTaskStateChangeRequest running,
        string container,
        int signal
    )
    {
        const string Caught = "SigCgt:";
        var process = await DockerAsync("inspect", "--format", "{{.State.Pid}}", IdOf(running, container));
        await Eventually.HoldsAsync(() =>
            File.ReadLines($"/proc/{process}/status")
                .Where(line => line.StartsWith(Caught, StringComparison.Ordinal))
                .Select(line => ulong.Parse(line.AsSpan(Caught.Length).Trim(), NumberStyles.HexNumber))
                .Any(caught => (caught & (1UL << (signal - 1))) != 0)
        );
    }

    private static string IdOf(Contracts.Ecs.SubmitTaskStateChangeRequest running, string container) =>
        running.Containers!.Single(reported => reported.ContainerName == container).RuntimeId!;

    private static async Task<string> DockerAsync(params string[] arguments)
    {
        using var docker = Process.Start(
            new ProcessStartInfo("docker", arguments) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        var said = await docker.StandardOutput.ReadToEndAsync();
        await docker.WaitForExitAsync();
        docker.ExitCode.ShouldBe(0, string.Join(' ', arguments));
        return said.Trim();
    }

    public async Task<IReadOnlyList<ContainerSummary>> ContainersAsync() =>
        await Engine.ListContainersAsync(
            [$"{ContainerInstanceAgent.InstanceLabel}={Options.InstanceId}"],
            CancellationToken.None
        );

    /// <summary>
    /// What a container is answered that asks for <c>/v3</c> or <c>/v4</c> and its own id, and then for this.
    /// </summary>
    public async Task<MetadataAnswer> AskAsync(
        AcsTask task,
        string version = "v4",
        string rest = "",
        string container = "app"
    ) =>
        await Endpoint!.AnswerAsync(
            $"/{version}/{await EndpointIdAsync(task, container)}{rest}",
            CancellationToken.None
        );

    /// <summary>The id under which a container asks.</summary>
    public async Task<string> EndpointIdAsync(AcsTask task, string container = "app") =>
        (
            await Engine.ListContainersAsync(
                [$"com.amazonaws.ecs.task-arn={task.Arn}", $"com.amazonaws.ecs.container-name={container}"],
                CancellationToken.None
            )
        )
            .Single()
            .Labels["estiba.endpoint"];

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await PowerCut.RemoveEverythingAsync(Engine, Options.InstanceId, Options.PlatformId, CancellationToken.None);
        await Server.DisposeAsync();
        await Engine.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
