using System.Collections;
using System.Net;
using Estiba.Agent;
using Estiba.CommandLine;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Logs;
using Estiba.Contracts.Signing;
using Estiba.Engines;
using Estiba.Engines.Docker;
using Estiba.Joining;
using Estiba.Names;
using Microsoft.Extensions.Logging;

namespace Estiba.Instances;

/// <summary>Where a host's agent registers, and as whom.</summary>
internal sealed record HostAgentConfiguration
{
    internal required Uri Endpoint { get; init; }

    internal required string Cluster { get; init; }

    internal required string Region { get; init; }

    /// <summary>What to sign with; asked each time.</summary>
    internal required Func<AwsCredentials> Credentials { get; init; }

    /// <summary>What the host calls itself.</summary>
    internal required string InstanceId { get; init; }

    /// <summary>
    /// The platform that the host belongs to, which its containers say; null where it is not known.
    /// </summary>
    internal string? PlatformId { get; init; }

    /// <summary>The platform's name server, which containers are to ask first; null leaves them the host's.</summary>
    internal IPAddress? NameServer { get; init; }

    /// <summary>Sends requests, and says which servers' certificates are good. The agent disposes it.</summary>
    internal required HttpMessageHandler Http { get; init; }

    /// <summary>Where the agent remembers what it is.</summary>
    internal required string Directory { get; init; }

    /// <summary>What containers may do to this host.</summary>
    internal HostAccess Access { get; init; } = HostAccess.Nothing;

    /// <summary>Where environment files are, a folder for each bucket.</summary>
    internal required string EnvironmentFiles { get; init; }

    /// <summary>What it was told to be when it joined; null for a host of somebody's own.</summary>
    internal HostIdentity? Identity { get; init; }
}

/// <summary>The agent of a real host: all of its processors and memory, its own addresses, its Docker Engine.</summary>
internal sealed class HostAgent : IAsyncDisposable
{
    private const int CpuUnits = 1024;

    /// <summary>
    /// By this attribute a host of somebody's own says that it runs tasks of the launch type <c>EXTERNAL</c>, as
    /// Amazon's agent does with <c>ECS_EXTERNAL</c>.
    /// </summary>
    private const string External = "ecs.capability.external";

    private const int Mebibyte = 1024 * 1024;

    private readonly ContainerInstanceAgent _agent;
    private readonly MetadataDoor _metadata;
    private readonly ServiceConnectDoor _connect;
    private readonly EngineEvents _events;
    private readonly IContainerEngine _engine;
    private readonly HttpClient _http;

    private HostAgent(
        string instanceId,
        ContainerInstanceAgent agent,
        MetadataDoor metadata,
        ServiceConnectDoor connect,
        EngineEvents events,
        IContainerEngine engine,
        HttpClient http
    )
    {
        InstanceId = instanceId;
        _agent = agent;
        _metadata = metadata;
        _connect = connect;
        _events = events;
        _engine = engine;
        _http = http;
    }

    /// <summary>What the host is called in the cluster: <c>mi-</c> and 17 digits, the same after every start.</summary>
    internal string InstanceId { get; }

    /// <summary>Starts it; it connects when the server answers.</summary>
    /// <exception cref="CommandException">There is no Docker Engine to run anything on.</exception>
    internal static async Task<HostAgent> StartAsync(
        HostAgentConfiguration configuration,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellation
    )
    {
        var logger = loggers.CreateLogger("Estiba.Agent");
        var engine = new DockerEngine(ContainerEngines.SocketOf(Environment.GetEnvironmentVariable("DOCKER_HOST")));
        var http = new HttpClient(configuration.Http) { Timeout = TimeSpan.FromSeconds(60) };
        var options = (await OptionsAsync(configuration, engine, engine.SocketPath, logger, cancellation)) with
        {
            WebSockets = http,
            Resolver = configuration.NameServer is { } server ? NameServers.ResolverOf(server, time) : null,
        };
        var client = new AwsClientOptions
        {
            Endpoint = configuration.Endpoint,
            Region = configuration.Region,
            Credentials = configuration.Credentials,
            Http = http,
            Time = time,
        };
        var services = new AgentServices
        {
            Ecs = new EcsClient(client),
            Logs = new LogsClient(client),
            Ecr = new EcrClient(client),
        };
        var events = new EngineEvents(engine, ContainerInstanceAgent.InstanceLabel, time, Random.Shared, logger);
        var metadata = await MetadataDoor.OpenAsync(engine.SocketPath, time, loggers, cancellation);
        var connect = await ServiceConnectDoor.OpenAsync(engine.SocketPath, time, loggers, cancellation);
        var agent = new ContainerInstanceAgent(
            options,
            services,
            engine,
            events,
            time,
            Random.Shared,
            logger,
            metadata.Endpoint,
            connect.Proxy
        );
        agent.Start();
        return new HostAgent(options.InstanceId, agent, metadata, connect, events, engine, http);
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _metadata.DisposeAsync();
        await _connect.DisposeAsync();
        await _events.DisposeAsync();
        await _engine.DisposeAsync();
        _http.Dispose();
    }

    internal static async Task<AgentOptions> OptionsAsync(
        HostAgentConfiguration configuration,
        IContainerEngine engine,
        string socket,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        try
        {
            var host = await engine.GetInformationAsync(cancellation);
            var options = new AgentOptions
            {
                Cluster = configuration.Cluster,
                Region = configuration.Region,
                Credentials = configuration.Credentials,
                InstanceId = configuration.InstanceId,
                PlatformId = configuration.PlatformId,
                DataDirectory = configuration.Directory,
                EnvironmentFilesDirectory = configuration.EnvironmentFiles,
                HostAccess = configuration.Access,
                NeverBound = [socket],
                Attributes = configuration.Identity?.Attributes
                    ?? new Dictionary<string, string>(StringComparer.Ordinal) { [External] = "" },
                Cpu = host.Processors * CpuUnits,
                Memory = (int)(host.Memory / Mebibyte),
                RegistryEndpoint = configuration.Endpoint.Authority,
                PlatformEndpoint = configuration.Endpoint,
                ContainersPlatformEndpoint = configuration.Endpoint.IsLoopback ? null : configuration.Endpoint,
            };
            return AgentVariables.Apply(options, Variables(configuration.Identity), complaint =>
                InstanceLog.Complaint(logger, options.InstanceId, complaint)
            );
        }
        catch (EngineException missing)
        {
            throw new CommandException(
                $"{missing.Message} An agent needs Docker Engine; tools/install-docker sets it up.",
                inner: missing
            );
        }
    }

    // What the machine itself says goes before what it was told.
    private static Dictionary<string, string> Variables(HostIdentity? identity)
    {
        var variables = identity is null
            ? new Dictionary<string, string>(StringComparer.Ordinal)
            : new Dictionary<string, string>(identity.Settings, StringComparer.Ordinal);
        foreach (var variable in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>())
        {
            if (((string)variable.Key).StartsWith("ECS_", StringComparison.Ordinal))
                variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return variables;
    }
}
