using System.Net;
using System.Security.Cryptography;
using Estiba.Agent;
using Estiba.Agent.Engines;
using Estiba.Agent.Metadata;
using Estiba.Compute;
using Estiba.Compute.Instances;
using Estiba.Compute.Networking;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Logs;
using Estiba.Contracts.Sts;
using Estiba.Ecr;
using Estiba.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Gateway;
using Estiba.Gateway.Doors;
using Estiba.Identity;
using Estiba.Identity.Credentials;
using Estiba.Instances;
using Estiba.Joining;
using Estiba.Logs;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Hosting;

/// <summary>The whole platform in one process: it puts the rooms together, starts them in order, and ends them in the reverse order.</summary>
/// <remarks>
/// The store first, then the services that live on it, then the door through which customers come, and last what works by itself:
/// controllers and the agents of virtual instances. Containers belong to the engine; they outlive all of this.
/// </remarks>
internal sealed class Platform : IAsyncDisposable
{
    private readonly PlatformConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly Stack<Func<ValueTask>> _end = new();
    private readonly CancellationTokenSource _stopping = new();

    private Platform(PlatformConfiguration configuration, TextWriter log, TimeProvider time)
    {
        _configuration = configuration;
        _time = time;
        _loggers = LineLog.CreateFactory(log, time);
    }

    /// <summary>Where customers on this machine reach it.</summary>
    internal Uri Endpoint => _configuration.Endpoint;

    /// <summary>The account of the platform's own key.</summary>
    internal string AccountId { get; private set; } = "";

    /// <summary>Starts a platform; it answers when this returns.</summary>
    /// <exception cref="CommandLine.CommandException">It cannot start; the message says why and what to do.</exception>
    internal static async Task<Platform> StartAsync(PlatformConfiguration configuration, TextWriter log, TimeProvider time, CancellationToken cancellation)
    {
        var platform = new Platform(configuration, log, time);
        try
        {
            await platform.OpenAsync(cancellation);
            return platform;
        }
        catch (Exception failure)
        {
            await platform.DisposeAsync();
            if (StartFailure.Explain(failure) is { } explanation) throw explanation;
            throw;
        }
    }

    /// <summary>Stops it: the door closes, running requests end, and everything that was acknowledged is on disk. Containers go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        while (_end.TryPop(out var end)) await end();
        _stopping.Dispose();
        _loggers.Dispose();
    }

    private bool HasInstances => _configuration.Engine != EngineKind.None;

    private async Task OpenAsync(CancellationToken cancellation)
    {
        var data = _configuration.Data;
        Directory.CreateDirectory(data.Root, DataLayout.PrivateDirectory);
        var store = EndWith(await Store.OpenAsync(new SqliteJournal(data.State), Services.Tables, _loggers.CreateLogger("Estiba.State"), cancellation));
        var network = await OpenNetworkAsync(cancellation);
        var ids = new UniqueIds(RandomNumberGenerator.Create());
        var root = RootCredentials.LoadOrCreate(data.Root, _configuration.AccountId, ids);
        AccountId = root.AccountId;
        var hosts = new HostKeys(store, new CredentialDirectory(store, root));
        var credentials = new InstanceCredentials(hosts);

        var sts = new StsApi(store, root, ids, _time);
        var ecsIds = new EcsIds(new Random(), RandomNumberGenerator.Create());
        var ecsOptions = new EcsOptions
        {
            AgentEndpoint = _configuration.AgentEndpoint,
            Registry = _configuration.Registry,
            Version = CommandLine.Version.Text,
            MayRegister = hosts.MayRegister,
            MayStay = caller => _configuration.AnyCredentials || credentials.Find(caller.AccessKeyId) is not null,
        };
        if (_configuration.HostsLostAfter is { } silence) ecsOptions = ecsOptions.WithHostsLostAfter(silence);
        var ecs = new EcsApi(store, sts, ecsIds, Random.Shared, ecsOptions, _time);
        var controllers = EndWith(new EcsControllers(store, sts, ecsIds, Random.Shared, ecsOptions, _time, _loggers));
        var joining = new JoinDoors(new JoinTokens(store, _time, controllers.Agents.HasAgentOf), _loggers.CreateLogger("Estiba.Joining"));
        var ecr = new EcrService(store, new EcrOptions { DataDirectory = data.Root, Endpoint = Endpoint }, _time, _loggers);
        _end.Push(() => Disposed(ecr));
        var logs = EndWith(await LogsApi.OpenAsync(store, data.Logs, _time, logger: _loggers.CreateLogger("Estiba.Logs")));
        var iam = new IamApi(store, root, ids, _time);
        var ec2 = new Ec2Api(store, network, iam, _time, Random.Shared);

        var certificate = _configuration.Certificate is { } files ? ServerCertificate.Load(files.Certificate, files.Key) : null;
        if (certificate is not null) _end.Push(() => Disposed(certificate));
        var gateway = EndWith(new GatewayServer(
            GatewayOptions(certificate),
            [
                new EcsDispatcher(ecs), new EcrDispatcher(ecr.Api), new LogsDispatcher(logs),
                new StsDispatcher(sts), new IamDispatcher(iam),
                .. HasInstances ? [new Ec2Dispatcher(ec2)] : (ServiceDispatcher[])[],
            ],
            credentials,
            [
                Door.Open("/v2", ecr.Endpoint.HandleAsync), AgentsAt(AgentDoor.ControlPath, "ecs:Poll", controllers), AgentsAt(AgentDoor.TelemetryPath, "ecs:StartTelemetrySession", controllers),
                .. joining.Doors,
            ],
            _time,
            _loggers));
        await gateway.StartAsync(cancellation);
        await File.WriteAllTextAsync(data.Endpoint, Endpoint.ToString(), cancellation);
        if (_configuration.Certificate?.Authority is { } authority) File.Copy(authority, data.Authority, overwrite: true);
        else File.Delete(data.Authority);

        await controllers.StartAsync(cancellation);
        WorkInBackground(ecr.RunAsync);
        if (!HasInstances) return;
        var metadata = EndWith(await OpenMetadataAsync(cancellation));
        var forContainers = metadata.HasAddress ? await OpenForContainersAsync(gateway, cancellation) : null;
        StartInstances(store, network, metadata, forContainers, credentials, new AgentServices { Ecs = ecs, Logs = logs, Ecr = ecr.Api });
        await new FirstInstances(ecs, ec2, AccountId, _configuration.Region).StartAsync(_configuration.Instances, cancellation);
    }

    private async Task<MetadataDoor> OpenMetadataAsync(CancellationToken cancellation) => _configuration.Engine == EngineKind.Docker
        ? await MetadataDoor.OpenAsync(ContainerEngines.SocketOf(_configuration.DockerHost), _time, _loggers, cancellation)
        : MetadataDoor.Pretended();

    /// <summary>Lets containers reach the platform too; a platform that checks nobody is for this machine's own programs alone.</summary>
    private async Task<Uri?> OpenForContainersAsync(GatewayServer gateway, CancellationToken cancellation)
    {
        if (_configuration.AnyCredentials) return null;
        var endPoint = new IPEndPoint(MetadataAddress.EndPoint.Address, _configuration.Port);
        try
        {
            // Who listens on all addresses listens on this one already.
            if (!IPAddress.Any.Equals(_configuration.Bind)) await gateway.ListenForContainersAsync(endPoint, LocalCallers.Admits, cancellation);
            return new Uri($"http://{endPoint}");
        }
        catch (IOException taken)
        {
            InstanceLog.NotForContainers(_loggers.CreateLogger("Estiba.Agent"), endPoint, taken.Message);
            return null;
        }
    }

    private async Task<IInstanceNetwork> OpenNetworkAsync(CancellationToken cancellation)
    {
        var name = InstanceNetworkName.Of(_configuration.Data);
        var network = await InstanceNetwork.OpenAsync(
            new InstanceNetworkOptions
            {
                Mode = _configuration.Engine == EngineKind.Docker ? InstanceNetworkMode.Automatic : InstanceNetworkMode.Loopback,
                Name = name.Network,
                Bridge = name.Bridge,
                DataDirectory = _configuration.Data.Root,
                DockerSocket = ContainerEngines.SocketOf(_configuration.DockerHost),
            },
            _time,
            _loggers.CreateLogger("Estiba.Compute"),
            cancellation);
        return network;
    }

    private GatewayOptions GatewayOptions(ServerCertificate? certificate) => new()
    {
        EndPoints = _configuration.EndPoints,
        Version = CommandLine.Version.Text,
        DefaultAccountId = AccountId,
        AnyCredentials = _configuration.AnyCredentials,
        Certificate = certificate,
        AllowedHosts = [.. Gateway.GatewayOptions.DefaultAllowedHosts, .. _configuration.Advertise is { } name ? [name] : (string[])[]],
    };

    private Door AgentsAt(string path, string action, EcsControllers controllers) =>
        Door.Signed(path, action, (http, caller) => controllers.Agents.HandleAsync(http, caller, _stopping.Token));

    /// <summary>Ends last what was started last: first no instance is started any more, then the agents end, then what they stood on.</summary>
    private void StartInstances(
        Store store, IInstanceNetwork network, MetadataDoor metadata, Uri? forContainers, InstanceCredentials credentials, AgentServices services)
    {
        var engine = EndWith(ContainerEngines.Open(_configuration, _time));
        var events = EndWith(new EngineEvents(engine, ContainerInstanceAgent.InstanceLabel, _time, Random.Shared, _loggers.CreateLogger("Estiba.Agent")));
        events.Start();
        var options = new VirtualInstancesOptions
        {
            Directory = _configuration.Data.Agents,
            EnvironmentFiles = _configuration.EnvironmentFiles ?? _configuration.Data.EnvironmentFiles,
            Registry = _configuration.Registry,
            Metadata = metadata.Endpoint,
            Platform = Endpoint,
            PlatformForContainers = forContainers,
        };
        var instances = EndWith(new VirtualInstances(options, services, credentials, engine, events, _time, _loggers));
        var controller = EndWith(new InstanceController(
            store, network, instances, _time, new Random(), _loggers.CreateLogger<InstanceController>()));
        controller.Start();
    }

    private void WorkInBackground(Func<CancellationToken, Task> work)
    {
        var running = Task.Run(() => work(_stopping.Token));
        _end.Push(async () => await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing));
    }

    private T EndWith<T>(T part)
        where T : IAsyncDisposable
    {
        _end.Push(part.DisposeAsync);
        return part;
    }

    private static ValueTask Disposed(IDisposable part)
    {
        part.Dispose();
        return ValueTask.CompletedTask;
    }
}
