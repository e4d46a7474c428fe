using System.Net;
using Estiba.Agent;
using Estiba.Agent.Metadata;
using Estiba.Agent.ServiceConnect;
using Estiba.Compute.Instances;
using Estiba.Compute.Networking;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Logs;
using Estiba.Engines;
using Estiba.Files;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Identity.Credentials;
using Estiba.Names;
using Estiba.Platforms;
using Microsoft.Extensions.Logging;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Instances;

/// <summary>
/// The virtual container instances: agents in this process, on one engine. It shares the <see cref="IInstanceHost"/>
/// that EC2 starts them with.
/// </summary>
/// <param name="configuration">Which engine, and how many instances to begin with.</param>
internal sealed class InstancesModule(PlatformConfiguration configuration) : Module
{
    /// <summary>As whom ECS hears that an instance was terminated.</summary>
    private const string Ec2Service = "ec2.amazonaws.com";

    public override string Name => "instances";

    public override IReadOnlyList<ModuleFiles> Files { get; } =
    [new("agents") { CheckAsync = AgentsCheck.RunAsync }, new("environment-files") { IsPassing = true }];

    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        if (!configuration.HasVirtualInstances)
            return Task.FromResult(new OpenModule());
        PrivateFiles.CreateDirectory(configuration.Data.Agents);
        IContainerEngine? engine = null;
        var end = new Endings();
        return Task.FromResult(
            new OpenModule
            {
                HealthChecks = [HealthChecks.Engine(() => engine)],
                StartAsync = async starting =>
                {
                    engine = await StartAsync(host, end, starting);
                    await new FirstInstances(
                        host.Neighbour<IEcsApi>(CallPrincipal.Account),
                        host.Neighbour<IEc2Api>(CallPrincipal.Account),
                        host.Get<RootCredentials>().AccountId,
                        configuration.Region
                    ).StartAsync(configuration.Instances, starting);
                },
                StopAsync = end.DisposeAsync, // first the agents end, then what they stood on
            }
        );
    }

    private async Task<IContainerEngine> StartAsync(ModuleHost host, Endings end, CancellationToken cancellation)
    {
        var data = host.Get<DataDirectory>();
        data.NoteContents();
        var opening = OpenServiceConnectAsync(host, cancellation);
        end.Push(async () => await (await opening).DisposeAsync());
        var metadata = await OpenMetadataAsync(host, cancellation);
        end.Push(metadata.DisposeAsync);
        var connect = await opening;
        var forContainers = metadata.HasAddress ? await ListenForContainersAsync(host, cancellation) : null;
        var engine = ContainerEngines.Open(configuration, host.Time);
        end.Push(engine.DisposeAsync);
        var events = new EngineEvents(
            engine,
            ContainerInstanceAgent.InstanceLabel,
            host.Time,
            host.Random,
            host.Loggers.CreateLogger("Estiba.Agent")
        );
        end.Push(events.DisposeAsync);
        events.Start();
        var instances = new VirtualInstances(
            Options(host, data.Identity.Id, metadata.Endpoint, connect.Proxy, forContainers),
            ServicesOf(host),
            host.Neighbour<IEcsApi>(CallPrincipal.Service(Ec2Service)),
            host.Get<InstanceCredentials>(),
            engine,
            events,
            host.Time,
            host.Loggers
        );
        end.Push(instances.DisposeAsync);
        host.Share<IInstanceHost>(instances);
        return engine;
    }

    // An agent calls with its instance's key, as it would over HTTP.
    private static AgentServices ServicesOf(ModuleHost host) =>
        new()
        {
            Ecs = host.Neighbour<IEcsApi>(CallPrincipal.KeyHolder),
            Logs = host.Neighbour<ILogsApi>(CallPrincipal.KeyHolder),
            Ecr = host.Neighbour<IEcrApi>(CallPrincipal.KeyHolder),
        };

    private VirtualInstancesOptions Options(
        ModuleHost host,
        string platformId,
        TaskMetadataEndpoint? metadata,
        ServiceConnectProxy? connect,
        Uri? forContainers
    ) =>
        new()
        {
            PlatformId = platformId,
            Directory = configuration.Data.Agents,
            Damage = host.Find<Damage>(),
            EnvironmentFiles = configuration.EnvironmentFiles ?? configuration.Data.EnvironmentFiles,
            Registry = configuration.Registry,
            Metadata = metadata,
            ServiceConnect = connect,
            Platform = configuration.Endpoint,
            PlatformForContainers = forContainers,
            Resolver = host.Find<NameServers>()?.ForContainers(host.Time),
            HostAccess = configuration.HostAccess,
            NeverBound =
            [
                configuration.Data.Root,
                .. configuration.Engine == EngineKind.Docker
                    ? [ContainerEngines.SocketOf(configuration.DockerHost)]
                    : (string[])[],
            ],
        };

    private async Task<MetadataDoor> OpenMetadataAsync(ModuleHost host, CancellationToken cancellation) =>
        configuration.Engine == EngineKind.Docker
            ? await MetadataDoor.OpenAsync(
                ContainerEngines.SocketOf(configuration.DockerHost),
                host.Time,
                host.Loggers,
                cancellation
            )
            : MetadataDoor.Pretended();

    private async Task<ServiceConnectDoor> OpenServiceConnectAsync(ModuleHost host, CancellationToken cancellation) =>
        configuration.Engine == EngineKind.Docker
            ? await ServiceConnectDoor.OpenAsync(
                ContainerEngines.SocketOf(configuration.DockerHost),
                host.Time,
                host.Loggers,
                cancellation
            )
            : ServiceConnectDoor.Pretended(host.Time, host.Loggers);

    /// <summary>
    /// Lets containers reach the platform too; a platform that checks nobody is for this machine's own programs alone.
    /// </summary>
    private async Task<Uri?> ListenForContainersAsync(ModuleHost host, CancellationToken cancellation)
    {
        if (configuration.AnyCredentials)
            return null;
        var endPoint = new IPEndPoint(MetadataAddress.EndPoint.Address, configuration.Port);
        try
        {
            // Who listens on all addresses listens on this one already.
            if (!IPAddress.Any.Equals(configuration.Bind))
                await host.Get<ContainerListening>().ListenAsync(endPoint, LocalCallers.Admits, cancellation);
            return new Uri($"http://{endPoint}");
        }
        catch (IOException taken)
        {
            InstanceLog.NotForContainers(host.Loggers.CreateLogger("Estiba.Agent"), endPoint, taken.Message);
            return null;
        }
    }
}
