using System.Globalization;
using System.Security.Cryptography;
using Estiba.Agent.Credentials;
using Estiba.Agent.Engines;
using Estiba.Agent.Images;
using Estiba.Agent.Logs;
using Estiba.Agent.Metadata;
using Estiba.Agent.Sessions;
using Estiba.Agent.Tasks;
using Estiba.Agent.Telemetry;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Signing;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent;

/// <summary>The agent of one container instance: registers it, runs the tasks that the server assigns, and reports what becomes of them.</summary>
/// <remarks>
/// Containers belong to the engine: they go on running when the agent ends, and the next one with the same instance id and data directory
/// adopts them. Several agents may share an engine and its events.
/// </remarks>
public sealed class ContainerInstanceAgent : IAsyncDisposable
{
    /// <summary>The label that says which instance a container belongs to; <see cref="EngineEvents"/> goes by it.</summary>
    public const string InstanceLabel = ContainerNaming.InstanceLabel;

    private const int EndpointIdDigits = 32;

    private readonly AgentOptions options;
    private readonly AgentServices services;
    private readonly IContainerEngine engine;
    private readonly EngineEvents events;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly ILogger logger;
    private readonly RequestSigner signer;
    private readonly Registration registration;
    private readonly IdentityFile identityFile;
    private readonly TaskJournal journal;
    private readonly ImageUse imageUse;
    private readonly ImagePuller puller;
    private readonly LogShipping logs;
    private readonly StateReporter reporter;
    private readonly TaskEffects effects;
    private readonly TaskReconciler tasks;
    private readonly TaskCredentials credentials = new();
    private readonly TaskMetadataEndpoint? endpoint;
    private readonly AgentMetadata metadata;
    private readonly CancellationTokenSource stopping = new();
    private long sequenceNumber;
    private Task? work;

    /// <param name="options">What makes this agent this one.</param>
    /// <param name="services">Where it registers, ships logs and gets registry passwords.</param>
    /// <param name="engine">Runs its containers; may be shared, and is not disposed.</param>
    /// <param name="events">The engine's events, made with <see cref="InstanceLabel"/>; may be shared, and is not disposed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">For jitter and the choice of port ranges; must be safe for use by many threads, as <see cref="Random.Shared"/> is.</param>
    /// <param name="logger">Told of what an operator should know.</param>
    /// <param name="endpoint">Where its containers ask for credentials and metadata; may be shared. Null where that address cannot be had: then it takes no task with a role.</param>
    public ContainerInstanceAgent(
        AgentOptions options, AgentServices services, IContainerEngine engine, EngineEvents events, TimeProvider time, Random random, ILogger logger, TaskMetadataEndpoint? endpoint = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        this.options = options;
        this.services = services;
        this.engine = engine;
        this.events = events;
        this.time = time;
        this.random = random;
        this.logger = logger;
        signer = new RequestSigner(time);
        if (options.DataDirectory is { } directory) Directory.CreateDirectory(directory);
        identityFile = new IdentityFile(options.DataDirectory);
        registration = new Registration(options, endpoint is not null, engine, services.Ecs, Context, identityFile, time, random, logger);
        journal = new TaskJournal(options.DataDirectory);
        imageUse = new ImageUse(options.DataDirectory);
        puller = new ImagePuller(engine, new RegistryLogin(services.Ecr, Context, options.RegistryEndpoint, time), options, imageUse, time);
        logs = new LogShipping(options, engine, services.Logs, Context, time, random, logger);
        reporter = new StateReporter(services.Ecs, Context, time, random, logger);
        this.endpoint = endpoint;
        effects = new TaskEffects(
            options, engine, puller, logs, journal, (task, index) => endpoint is null ? InjectedVariables.None : InjectedVariables.Of(task, index, options), time, random, logger);
        tasks = new TaskReconciler(options, effects, journal, reporter, logs, static () => RandomNumberGenerator.GetHexString(EndpointIdDigits, lowercase: true), time, logger);
        metadata = new AgentMetadata(options, tasks, credentials, engine, services.Ecs, Context, () => ContainerInstanceArn, time);
        reporter.Accepted = OnAccepted;
    }

    /// <summary>The container instance's ARN; null until it is registered.</summary>
    public string? ContainerInstanceArn { get; private set; }

    /// <summary>The server can reach the agent.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Tasks that have not stopped.</summary>
    public int TaskCount => tasks.Tasks.Count(task => !task.IsStopped);

    /// <summary>Begins. Neither the server nor the engine needs to be there; the agent waits for them, and goes on with what it runs.</summary>
    public void Start()
    {
        if (work is not null) throw new InvalidOperationException("The agent has been started.");
        endpoint?.Add(metadata);
        work = Task.Run(() => RunAsync(stopping.Token));
    }

    /// <summary>Ends the agent. Its containers go on running.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested) return;
        await stopping.CancelAsync();
        endpoint?.Remove(metadata);
        if (work is not null) await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await tasks.DisposeAsync();
        await reporter.DisposeAsync();
        await logs.DisposeAsync();
        effects.Dispose();
        await puller.DisposeAsync();
        stopping.Dispose();
    }

    /// <summary>A power cut: everything that runs here is killed and removed at once, nothing is reported, and the agent forgets what it was.</summary>
    /// <exception cref="EngineException">The engine did not answer; containers may have been left, and it may be tried again.</exception>
    public async Task CutPowerAsync(CancellationToken cancellation)
    {
        await DisposeAsync();
        await PowerCut.RemoveEverythingAsync(engine, options.InstanceId, cancellation);
        journal.Clear();
        identityFile.Delete();
    }

    private CallContext Context() => new()
    {
        AccountId = options.AccountId,
        Region = options.Region,
        PrincipalArn = $"arn:aws:iam::{options.AccountId}:root",
        AccessKeyId = options.Credentials().AccessKeyId,
        RequestId = Guid.NewGuid().ToString(),
    };

    private async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            tasks.Start(journal.Load((path, exception) => logger.LogError("{Path} is not a task and was set aside: {Message}", path, exception.Message)));
            var cleanup = new ImageCleanup(options, engine, imageUse, () => tasks.Tasks, time, logger);
            await Task.WhenAll(KeepAsync(WatchAsync, cancellation), KeepAsync(ServeAsync, cancellation), KeepAsync(cleanup.RunAsync, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Asked to end.
        }
        catch (Exception exception)
        {
            logger.LogCritical(exception, "The agent of {Instance} has failed", options.InstanceId);
            throw;
        }
    }

    /// <summary>Begins a part of the agent again when it fails as nobody thought of: the others go on and would not notice that it is gone.</summary>
    private async Task KeepAsync(Func<CancellationToken, Task> part, CancellationToken cancellation)
    {
        var retry = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), random);
        while (true)
        {
            try
            {
                await part(cancellation);
                return;
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested)
            {
                logger.LogError(exception, "A part of the agent of {Instance} has failed and is begun again", options.InstanceId);
            }

            await Task.Delay(retry.Next(), time, cancellation);
        }
    }

    /// <summary>Hands on what changes in the engine.</summary>
    private async Task WatchAsync(CancellationToken cancellation)
    {
        using var subscription = events.Subscribe(options.InstanceId);
        while (true)
        {
            if (await subscription.NextAsync(cancellation) is { } change)
            {
                tasks.ContainerChanged(
                    change.Labels.GetValueOrDefault(ContainerNaming.TaskArnLabel) ?? "", change.Labels.GetValueOrDefault(ContainerNaming.ContainerNameLabel) ?? "", change.Action);
                continue;
            }

            await LookAtEverythingAsync(cancellation);
        }
    }

    /// <summary>Hands on what the engine has, as soon as it says so.</summary>
    private async Task LookAtEverythingAsync(CancellationToken cancellation)
    {
        var retry = new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2), random);
        while (true)
        {
            try
            {
                tasks.EverythingChanged(await engine.ListContainersAsync([$"{InstanceLabel}={options.InstanceId}"], cancellation));
                return;
            }
            catch (EngineException exception)
            {
                logger.LogDebug("The containers of {Instance} cannot be listed: {Message}", options.InstanceId, exception.Message);
                await Task.Delay(retry.Next(), time, cancellation);
            }
        }
    }

    private async Task ServeAsync(CancellationToken cancellation)
    {
        var retry = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), random);
        while (true)
        {
            var identity = await registration.RegisterAsync(cancellation);
            ContainerInstanceArn = identity.ContainerInstanceArn;
            sequenceNumber = identity.SequenceNumber;
            logger.LogInformation("{Instance} is container instance {Arn}", options.InstanceId, identity.ContainerInstanceArn);
            reporter.Begin();
            await tasks.WhenEngineIsKnown.WaitAsync(cancellation); // the server asks at once what runs here that it does not know of, and asks only once
            try
            {
                await ConverseAsync(identity, cancellation);
            }
            catch (NotRegisteredException exception) when (exception.IsFinal)
            {
                logger.LogWarning("{Instance} was deregistered from its cluster. It stops its tasks and takes no others; an agent that is started again registers it anew", options.InstanceId);
                identityFile.Delete();
                tasks.StopTasks([.. tasks.Tasks.Select(task => task.Arn)]);
                tasks.StopUnknown(await tasks.UnknownTasksAsync());
                return;
            }
            catch (NotRegisteredException exception)
            {
                // What runs here goes on, until the server says what of it should.
                logger.LogWarning("{Message}. {Instance} registers anew", exception.Message, options.InstanceId);
                identityFile.Delete();
            }

            await Task.Delay(retry.Next(), time, cancellation);
        }
    }

    /// <summary>Keeps both sockets open, until the server does not know the instance any more.</summary>
    private async Task ConverseAsync(AgentIdentity identity, CancellationToken cancellation)
    {
        var version = await VersionAsync(cancellation);
        var keeper = new SessionKeeper(options, identity, services.Ecs, Context, signer, time, random, logger);
        var telemetry = new TelemetrySession(options, identity, tasks, new UsageSampler(options, engine, logger), events, signer, time, random);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var taskSession = keeper.RunAsync(
            "task",
            static answer => answer.Endpoint,
            () => new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["agentHash"] = EstibaAgent.Hash,
                ["agentVersion"] = Registration.AgentVersion,
                ["clusterArn"] = ClusterArn(identity),
                ["containerInstanceArn"] = identity.ContainerInstanceArn,
                ["dockerVersion"] = $"DockerVersion: {version}",
                ["protocolVersion"] = "2",
                ["sendCredentials"] = "true",
                ["seqNum"] = Math.Max(1, sequenceNumber).ToString(CultureInfo.InvariantCulture),
            },
            (socket, stop) => new AcsSession(options, identity, tasks, credentials, (frame, end) => socket.SendAsync(frame, end), number => Remember(identity, number), logger).RunAsync(socket, random, stop),
            connected => IsConnected = connected,
            ending.Token);
        var telemetrySession = keeper.RunAsync(
            "telemetry",
            static answer => answer.TelemetryEndpoint,
            () => new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["agentHash"] = EstibaAgent.Hash,
                ["agentVersion"] = Registration.AgentVersion,
                ["cluster"] = options.Cluster,
                ["containerInstance"] = identity.ContainerInstanceArn,
                ["dockerVersion"] = $"DockerVersion: {version}",
            },
            telemetry.RunAsync,
            static _ => { },
            ending.Token);
        var first = await Task.WhenAny(taskSession, telemetrySession);
        await ending.CancelAsync();
        await Task.WhenAll(taskSession, telemetrySession).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private void OnAccepted(SubmitTaskStateChangeRequest report)
    {
        tasks.Reported(report.Task!, report.Status!);
        if (report.Status == TaskStatuses.Stopped) credentials.Forget(report.Task!);
    }

    private void Remember(AgentIdentity identity, long number)
    {
        if (number <= sequenceNumber) return;
        sequenceNumber = number;
        try
        {
            identityFile.Write(identity with { SequenceNumber = number });
        }
        catch (IOException exception)
        {
            // A full disk, most likely. The number only says what was heard last, and the next will be written.
            logger.LogError("{Instance} cannot write down the number of a payload: {Message}", options.InstanceId, exception.Message);
        }
    }

    private async Task<string> VersionAsync(CancellationToken cancellation)
    {
        try
        {
            return (await engine.GetVersionAsync(cancellation)).Version;
        }
        catch (EngineException)
        {
            return "unknown";
        }
    }

    /// <summary>A container instance's ARN names its cluster, unless it has the old short form.</summary>
    private string ClusterArn(AgentIdentity identity)
    {
        if (Arn.IsArn(options.Cluster)) return options.Cluster;
        return Arn.TryParse(identity.ContainerInstanceArn, out var arn) ? arn with { Resource = $"cluster/{options.Cluster}" } is var cluster ? cluster.ToString() : "" : options.Cluster;
    }
}
