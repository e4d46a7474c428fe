using System.Globalization;
using System.Security.Cryptography;
using Estiba.Agent.Credentials;
using Estiba.Agent.Images;
using Estiba.Agent.Logs;
using Estiba.Agent.Metadata;
using Estiba.Agent.ServiceConnect;
using Estiba.Agent.Sessions;
using Estiba.Agent.Tasks;
using Estiba.Agent.Telemetry;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Signing;
using Estiba.Engines;
using Estiba.Files;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent;

/// <summary>
/// The agent of one container instance: registers it, runs the tasks that the server assigns, and reports what becomes
/// of them.
/// </summary>
/// <remarks>
/// Containers belong to the engine: they go on running when the agent ends, and the next one with the same instance id
/// and data directory adopts them. Several agents may share an engine and its events.
/// </remarks>
public sealed partial class ContainerInstanceAgent : IAsyncDisposable
{
    /// <summary>
    /// The label that says which instance a container belongs to; <see cref="EngineEvents"/> goes by it.
    /// </summary>
    public const string InstanceLabel = ContainerNaming.InstanceLabel;

    /// <summary>The label that says which platform a container belongs to.</summary>
    public const string PlatformLabel = ContainerNaming.PlatformLabel;

    private const int EndpointIdDigits = 32;

    private readonly AgentOptions _options;
    private readonly AgentServices _services;
    private readonly IContainerEngine _engine;
    private readonly EngineEvents _events;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly RequestSigner _signer;
    private readonly Registration _registration;
    private readonly IdentityFile _identityFile;
    private readonly TaskJournal _journal;
    private readonly ImageUse _imageUse;
    private readonly ImagePuller _puller;
    private readonly LogShipping _logs;
    private readonly StateReporter _reporter;
    private readonly TaskEffects _effects;
    private readonly TaskReconciler _tasks;
    private readonly TaskCredentials _credentials = new();
    private readonly TaskMetadataEndpoint? _endpoint;
    private readonly ServiceConnectProxy? _proxy;
    private readonly NamespaceFile _namespaces;
    private readonly AgentMetadata _metadata;
    private readonly CancellationTokenSource _stopping = new();
    private long _sequenceNumber;
    private Task? _work;

    /// <param name="options">What makes this agent this one.</param>
    /// <param name="services">Where it registers, ships logs and gets registry passwords.</param>
    /// <param name="engine">Runs its containers; may be shared, and is not disposed.</param>
    /// <param name="events">The engine's events, made with <see cref="InstanceLabel"/>; may be shared, and is not
    /// disposed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">For jitter and the choice of port ranges; must be safe for use by many threads, as
    /// <see cref="Random.Shared"/> is.</param>
    /// <param name="logger">Told of what an operator should know.</param>
    /// <param name="endpoint">Where its containers ask for credentials and metadata; may be shared. Null where that
    /// address cannot be had: then it takes no task with a role.</param>
    /// <param name="proxy">Carries its containers' connections of Service Connect; may be shared. Null where it cannot
    /// be had: then it takes no task that uses Service Connect.</param>
    public ContainerInstanceAgent(
        AgentOptions options,
        AgentServices services,
        IContainerEngine engine,
        EngineEvents events,
        TimeProvider time,
        Random random,
        ILogger logger,
        TaskMetadataEndpoint? endpoint = null,
        ServiceConnectProxy? proxy = null
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        if (proxy is not null)
            options = options with { Attributes = WithServiceConnect(options.Attributes) };
        _options = options;
        _services = services;
        _engine = engine;
        _events = events;
        _time = time;
        _random = random;
        _logger = logger;
        _signer = new RequestSigner(time);
        if (options.DataDirectory is { } directory)
            PrivateFiles.CreateOrRestrictDirectory(directory);
        _identityFile = new IdentityFile(options.DataDirectory);
        _registration = new Registration(
            options,
            endpoint is not null,
            engine,
            services.Ecs,
            Context,
            _identityFile,
            time,
            random,
            logger
        );
        _journal = new TaskJournal(options.DataDirectory);
        _imageUse = new ImageUse(options.DataDirectory);
        _puller = new ImagePuller(
            engine,
            new RegistryLogin(services.Ecr, Context, options.RegistryEndpoint, time),
            options,
            _imageUse,
            time
        );
        _logs = new LogShipping(options, engine, services.Logs, Context, time, random, logger);
        _reporter = new StateReporter(services.Ecs, Context, time, random, logger);
        _endpoint = endpoint;
        _proxy = proxy;
        proxy?.AskForCallers(engine);
        _namespaces = new NamespaceFile(options.DataDirectory);
        _effects = new TaskEffects(
            options,
            engine,
            _puller,
            _logs,
            _journal,
            (task, index) => endpoint is null ? InjectedVariables.None : InjectedVariables.Of(task, index, options),
            time,
            random,
            logger
        );
        _tasks = new TaskReconciler(
            options,
            _effects,
            _journal,
            _reporter,
            _logs,
            static () => RandomNumberGenerator.GetHexString(EndpointIdDigits, lowercase: true),
            time,
            logger
        );
        _metadata = new AgentMetadata(
            options,
            _tasks,
            _credentials,
            engine,
            services.Ecs,
            Context,
            () => ContainerInstanceArn,
            time
        );
        _reporter.Accepted = OnAccepted;
    }

    /// <summary>The container instance's ARN; null until it is registered.</summary>
    public string? ContainerInstanceArn { get; private set; }

    /// <summary>The server can reach the agent.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Tasks that have not stopped.</summary>
    public int TaskCount => _tasks.Tasks.Count(task => !task.IsStopped);

    /// <inheritdoc cref="ContainerNaming.IsOf"/>
    public static bool IsOf(IReadOnlyDictionary<string, string> labels, string? platform) =>
        ContainerNaming.IsOf(labels, platform);

    /// <summary>
    /// Begins. Neither the server nor the engine needs to be there; the agent waits for them, and goes on with what it
    /// runs.
    /// </summary>
    public void Start()
    {
        if (_work is not null)
            throw new InvalidOperationException("The agent has been started.");
        _endpoint?.Add(_metadata);
        _proxy?.Set(this, _namespaces.Read());
        _work = Task.Run(() => RunAsync(_stopping.Token));
    }

    /// <summary>Ends the agent. Its containers go on running.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        _endpoint?.Remove(_metadata);
        _proxy?.Remove(this);
        if (_work is not null)
            await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _tasks.DisposeAsync();
        await _reporter.DisposeAsync();
        await _logs.DisposeAsync();
        _effects.Dispose();
        await _puller.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>
    /// A power cut: everything that runs here is killed and removed at once, nothing is reported, and the agent forgets
    /// what it was.
    /// </summary>
    /// <exception cref="EngineException">The engine did not answer; containers may have been left, and it may be tried
    /// again.</exception>
    public async Task CutPowerAsync(CancellationToken cancellation)
    {
        await DisposeAsync();
        await PowerCut.RemoveEverythingAsync(_engine, _options.InstanceId, _options.PlatformId, cancellation);
        _journal.Clear();
        _identityFile.Delete();
        _namespaces.Delete();
    }

    private static Dictionary<string, string> WithServiceConnect(IReadOnlyDictionary<string, string> attributes) =>
        new(attributes, StringComparer.Ordinal) { [EstibaAgent.ServiceConnect] = "" };

    private CallContext Context() =>
        new()
        {
            AccountId = _options.AccountId,
            Region = _options.Region,
            PrincipalArn = $"arn:aws:iam::{_options.AccountId}:root",
            AccessKeyId = _options.Credentials().AccessKeyId,
            RequestId = Guid.NewGuid().ToString(),
        };

    private async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            _tasks.Start(_journal.Load((path, exception) => Log.FileSetAside(_logger, path, exception.Message)));
            var cleanup = new ImageCleanup(_options, _engine, _imageUse, () => _tasks.Tasks, _time, _logger);
            await Task.WhenAll(
                KeepAsync(WatchAsync, cancellation),
                KeepAsync(ServeAsync, cancellation),
                KeepAsync(cleanup.RunAsync, cancellation)
            );
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // Asked to end; what it works with ends too, and whatever a part met then is no failure.
        }
        catch (Exception exception)
        {
            Log.AgentFailed(_logger, exception, _options.InstanceId);
            throw;
        }
    }

    /// <summary>
    /// Begins a part of the agent again when it fails as nobody thought of: the others go on and would not notice that
    /// it is gone.
    /// </summary>
    private async Task KeepAsync(Func<CancellationToken, Task> part, CancellationToken cancellation)
    {
        var retry = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), _random);
        while (true)
        {
            try
            {
                await part(cancellation);
                return;
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested)
            {
                Log.PartFailed(_logger, exception, _options.InstanceId);
            }

            await Task.Delay(retry.Next(), _time, cancellation);
        }
    }

    /// <summary>Hands on what changes in the engine.</summary>
    private async Task WatchAsync(CancellationToken cancellation)
    {
        using var subscription = _events.Subscribe(_options.InstanceId);
        while (true)
        {
            if (await subscription.NextAsync(cancellation) is { } change)
            {
                if (!IsOf(change.Labels, _options.PlatformId))
                    continue;
                _tasks.ContainerChanged(
                    change.Labels.GetValueOrDefault(ContainerNaming.TaskArnLabel) ?? "",
                    change.Labels.GetValueOrDefault(ContainerNaming.ContainerNameLabel) ?? "",
                    change.Action
                );
                continue;
            }

            await LookAtEverythingAsync(cancellation);
        }
    }

    /// <summary>Hands on what the engine has, as soon as it says so.</summary>
    private async Task LookAtEverythingAsync(CancellationToken cancellation)
    {
        var retry = new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2), _random);
        while (true)
        {
            try
            {
                var containers = await _engine.ListContainersAsync(
                    [$"{InstanceLabel}={_options.InstanceId}"],
                    cancellation
                );
                _tasks.EverythingChanged([
                    .. containers.Where(container => IsOf(container.Labels, _options.PlatformId)),
                ]);
                return;
            }
            catch (EngineException exception)
            {
                Log.NotListed(_logger, _options.InstanceId, exception.Message);
                await Task.Delay(retry.Next(), _time, cancellation);
            }
        }
    }

    private async Task ServeAsync(CancellationToken cancellation)
    {
        var retry = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), _random);
        while (true)
        {
            var identity = await _registration.RegisterAsync(cancellation);
            ContainerInstanceArn = identity.ContainerInstanceArn;
            _sequenceNumber = identity.SequenceNumber;
            Log.Registered(_logger, _options.InstanceId, identity.ContainerInstanceArn);
            _reporter.Begin();
            // the server asks at once what runs here that it does not know of, and asks only once
            await _tasks.WhenEngineIsKnown.WaitAsync(cancellation);
            try
            {
                await ConverseAsync(identity, cancellation);
            }
            catch (NotRegisteredException exception) when (exception.IsFinal)
            {
                Log.Deregistered(_logger, _options.InstanceId);
                _identityFile.Delete();
                _namespaces.Delete();
                _proxy?.Set(this, []);
                _tasks.StopTasks([.. _tasks.Tasks.Select(task => task.Arn)]);
                _tasks.StopUnknown(await _tasks.UnknownTasksAsync());
                return;
            }
            catch (NotRegisteredException exception)
            {
                // What runs here goes on, until the server says what of it should.
                Log.RegistersAnew(_logger, exception.Message, _options.InstanceId);
                _identityFile.Delete();
            }

            await Task.Delay(retry.Next(), _time, cancellation);
        }
    }

    /// <summary>Keeps both sockets open, until the server does not know the instance any more.</summary>
    private async Task ConverseAsync(AgentIdentity identity, CancellationToken cancellation)
    {
        var version = await VersionAsync(cancellation);
        var keeper = new SessionKeeper(_options, identity, _services.Ecs, Context, _signer, _time, _random, _logger);
        var telemetry = new TelemetrySession(
            _options,
            identity,
            _tasks,
            new UsageSampler(_options, _engine, _logger),
            _events,
            _signer,
            _time,
            _random,
            () => _proxy?.TakeCounters(this) ?? []
        );
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var taskSession = keeper.RunAsync(
            "task",
            static answer => answer.Endpoint,
            () =>
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["agentHash"] = EstibaAgent.Hash,
                    ["agentVersion"] = Registration.AgentVersion,
                    ["clusterArn"] = ClusterArn(identity),
                    ["containerInstanceArn"] = identity.ContainerInstanceArn,
                    ["dockerVersion"] = $"DockerVersion: {version}",
                    ["protocolVersion"] = "2",
                    ["sendCredentials"] = "true",
                    ["seqNum"] = Math.Max(1, _sequenceNumber).ToString(CultureInfo.InvariantCulture),
                },
            (socket, stop) =>
                new AcsSession(
                    _options,
                    identity,
                    _tasks,
                    _credentials,
                    (frame, end) => socket.SendAsync(frame, end),
                    number => Remember(identity, number),
                    _logger,
                    Connect
                ).RunAsync(socket, _random, stop),
            connected => IsConnected = connected,
            ending.Token
        );
        var telemetrySession = keeper.RunAsync(
            "telemetry",
            static answer => answer.TelemetryEndpoint,
            () =>
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["agentHash"] = EstibaAgent.Hash,
                    ["agentVersion"] = Registration.AgentVersion,
                    ["cluster"] = _options.Cluster,
                    ["containerInstance"] = identity.ContainerInstanceArn,
                    ["dockerVersion"] = $"DockerVersion: {version}",
                },
            telemetry.RunAsync,
            static _ => { },
            ending.Token
        );
        var first = await Task.WhenAny(taskSession, telemetrySession);
        await ending.CancelAsync();
        await Task.WhenAll(taskSession, telemetrySession).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private void OnAccepted(SubmitTaskStateChangeRequest report)
    {
        _tasks.Reported(report.Task!, report.Status!);
        if (report.Status == TaskStatuses.Stopped)
            _credentials.Forget(report.Task!);
    }

    private void Connect(ServiceConnectMessage message)
    {
        _proxy?.Set(this, message.Namespaces ?? []);
        try
        {
            _namespaces.Write(message);
        }
        catch (IOException exception)
        {
            // A full disk, most likely. It is for the time after a restart, until the server says it again.
            Log.NamespacesNotWritten(_logger, _options.InstanceId, exception.Message);
        }
    }

    private void Remember(AgentIdentity identity, long number)
    {
        if (number <= _sequenceNumber)
            return;
        _sequenceNumber = number;
        try
        {
            _identityFile.Write(identity with { SequenceNumber = number });
        }
        catch (IOException exception)
        {
            // A full disk, most likely. The number only says what was heard last, and the next will be written.
            Log.NumberNotWritten(_logger, _options.InstanceId, exception.Message);
        }
    }

    private async Task<string> VersionAsync(CancellationToken cancellation)
    {
        try
        {
            return (await _engine.GetVersionAsync(cancellation)).Version;
        }
        catch (EngineException)
        {
            return "unknown";
        }
    }

    /// <summary>A container instance's ARN names its cluster, unless it has the old short form.</summary>
    private string ClusterArn(AgentIdentity identity)
    {
        if (Arn.IsArn(_options.Cluster))
            return _options.Cluster;
        return Arn.TryParse(identity.ContainerInstanceArn, out var arn)
            ? arn with { Resource = $"cluster/{_options.Cluster}" } is var cluster
                ? cluster.ToString()
                : ""
            : _options.Cluster;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Path} is not a task and was set aside: {Message}")]
        internal static partial void FileSetAside(ILogger logger, string path, string message);

        [LoggerMessage(Level = LogLevel.Critical, Message = "The agent of {Instance} has failed")]
        internal static partial void AgentFailed(ILogger logger, Exception exception, string instance);

        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "A part of the agent of {Instance} has failed and is begun again"
        )]
        internal static partial void PartFailed(ILogger logger, Exception exception, string instance);

        [LoggerMessage(Level = LogLevel.Debug, Message = "The containers of {Instance} cannot be listed: {Message}")]
        internal static partial void NotListed(ILogger logger, string instance, string message);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Instance} is container instance {Arn}")]
        internal static partial void Registered(ILogger logger, string instance, string arn);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Instance} was deregistered from its cluster. It stops its tasks and takes no others; an "
                + "agent that is started again registers it anew"
        )]
        internal static partial void Deregistered(ILogger logger, string instance);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Message}. {Instance} registers anew")]
        internal static partial void RegistersAnew(ILogger logger, string message, string instance);

        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "{Instance} cannot write down the number of a payload: {Message}"
        )]
        internal static partial void NumberNotWritten(ILogger logger, string instance, string message);

        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "The agent of {Instance} cannot write down the namespaces of Service Connect: {Reason}"
        )]
        internal static partial void NamespacesNotWritten(ILogger logger, string instance, string reason);
    }
}
