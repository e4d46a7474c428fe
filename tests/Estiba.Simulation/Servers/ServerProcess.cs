using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.ElbV2;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.Contracts.Sts;
using Estiba.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.ContainerInstances;
using Estiba.Hosting;
using Estiba.Simulation.Networks;
using Estiba.State;

namespace Estiba.Simulation.Servers;

/// <summary>
/// One life of the server, from its start to its end: the platform's own store, and ECS as the platform runs it, in an
/// order that is left to chance.
/// </summary>
internal sealed class ServerProcess
{
    private readonly World _world;
    private readonly ModuleRunner _modules;
    private readonly AgentDoor _agents;

    private ServerProcess(World world, ModuleHost host, ModuleRunner modules)
    {
        _world = world;
        _modules = modules;
        Store = host.Store;
        Api = host.Get<EcsApi>();
        _agents = host.Get<AgentDoor>();
    }

    /// <summary>It has neither crashed nor been stopped.</summary>
    internal bool IsAlive { get; private set; } = true;

    internal Store Store { get; }

    internal EcsApi Api { get; }

    /// <summary>Starts on what the disk holds, as the platform does.</summary>
    internal static async Task<ServerProcess> OpenAsync(World world, DurableState disk)
    {
        Module[] modules =
        [
            new ApiModule<IStsApi>("AWS STS", new NoRoles()),
            new ApiModule<IElbV2Api>("Elastic Load Balancing", world.LoadBalancing),
            new ApiModule<ICloudWatchApi>("Amazon CloudWatch", world.Alarms),
            new ApiModule<IServiceDiscoveryApi>("AWS Cloud Map", world.ServiceDiscovery),
            new EcsModule(world.Server.Options) { Ids = new EcsIds(new Random(world.Random.Next())) },
        ];
        var host = new ModuleHost
        {
            Store = await Store.OpenAsync(disk, ModuleRunner.TablesOf(modules), new FaultLog(world)),
            Time = world.Server.Clock,
            Random = new Random(world.Random.Next()),
        };
        return new ServerProcess(world, host, await ModuleRunner.OpenAsync(modules, host));
    }

    /// <summary>Begins to work, first on what was left when the last process ended.</summary>
    /// <exception cref="JournalException">The disk is full.</exception>
    internal async Task BeginAsync()
    {
        await _modules.StartAsync(new ChanceScheduler(_world, this));
        Store.Subscribe(OnCommit);
    }

    /// <summary>Ends it, as a power cut would.</summary>
    internal void End() => IsAlive = false;

    /// <summary>The container instance that an agent says it is, as long as it is registered.</summary>
    internal ContainerInstanceRecord? FindInstance(string instanceArn) =>
        AgentDoor.FindInstance(Store.Current, Scope.Of(_world.Caller), instanceArn, World.Cluster)
            is { Status: not ContainerInstanceStatus.Inactive } instance
            ? instance
            : null;

    /// <summary>Answers an agent that opens its control socket.</summary>
    internal AgentSession Converse(string instanceArn, IAgentLink link) =>
        _agents.Converse(FindInstance(instanceArn)!.Key, link);

    /// <summary>Answers an agent that opens its telemetry socket.</summary>
    internal AgentTelemetry Listen(string instanceArn, IAgentLink link) =>
        _agents.Listen(FindInstance(instanceArn)!.Key, link);

    private void OnCommit(Commit commit)
    {
        if (IsAlive)
            _world.Observe(commit);
    }
}

/// <summary>STS of a world whose tasks have no roles: nothing asks it.</summary>
internal sealed class NoRoles : IStsApi;
