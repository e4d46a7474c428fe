using Estiba.Contracts;
using Estiba.Contracts.Sts;
using Estiba.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Simulation.Networks;
using Estiba.State;
using Estiba.State.Reconciling;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Simulation.Servers;

/// <summary>One life of the server, from its start to its end: the platform's own store, operations, controllers and conversations with agents.</summary>
internal sealed class ServerProcess
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    private readonly World world;
    private readonly EcsIds ids;
    private readonly AgentSessions sessions = new();
    private readonly IReadOnlyDictionary<Controller, IReconciler<string>> reconcilers;
    private readonly Retention retention;
    private readonly TaskHealth health;
    private readonly LookQueue looks;

    private ServerProcess(World world, Store store)
    {
        this.world = world;
        Store = store;
        ids = new EcsIds(new Random(world.Random.Next()));
        Api = new EcsApi(store, new NoRoles(), ids, new Random(world.Random.Next()), Options, Clock);
        reconcilers = EcsControllers.Reconcilers(store, new NoRoles(), sessions, ids, world.Random, Options, Clock);
        retention = new Retention(store, Options, Clock, NullLogger<Retention>.Instance);
        health = new TaskHealth(store, ids, Clock);
        looks = new LookQueue(world, this);
    }

    /// <summary>It has neither crashed nor been stopped.</summary>
    internal bool IsAlive { get; private set; } = true;

    internal Store Store { get; }

    internal EcsApi Api { get; }

    private SimulatedClock Clock => world.Server.Clock;

    private EcsOptions Options => world.Server.Options;

    /// <summary>Starts on what the disk holds, as the platform does.</summary>
    internal static async Task<ServerProcess> OpenAsync(World world, DurableState disk) => new(world, await Store.OpenAsync(disk, EcsTables.All));

    /// <summary>Begins to work, first on what was left when the last process ended.</summary>
    /// <exception cref="JournalException">The disk is full.</exception>
    internal async Task BeginAsync()
    {
        await Store.CommitAsync(transaction => AgentConnection.ForgetAll(transaction, Clock.GetUtcNow()));
        Store.Subscribe(OnCommit);
        looks.Add(Attention.AtStart(Store.Current));
        world.Timeline.After(SweepInterval, SweepAsync);
    }

    /// <summary>Ends it, as a power cut would.</summary>
    internal void End() => IsAlive = false;

    /// <summary>Sends a controller to a thing.</summary>
    internal Task<TimeSpan?> ReconcileAsync(Look look) => reconcilers[look.Controller].ReconcileAsync(look.Key, CancellationToken.None);

    /// <summary>The container instance that an agent says it is, as long as it is registered.</summary>
    internal ContainerInstanceRecord? FindInstance(string instanceArn) =>
        AgentDoor.FindInstance(Store.Current, Scope.Of(world.Caller), instanceArn, World.Cluster) is { Status: not ContainerInstanceStatus.Inactive } instance ? instance : null;

    /// <summary>Answers an agent that opens its control socket.</summary>
    internal AgentSession Converse(string instanceArn, IAgentLink link) => new(FindInstance(instanceArn)!.Key, link, sessions, looks.Add, Store, ids, Options, Clock);

    /// <summary>Answers an agent that opens its telemetry socket.</summary>
    internal AgentTelemetry Listen(IAgentLink link) => new(link, health);

    private void OnCommit(Commit commit)
    {
        if (!IsAlive) return;
        try
        {
            world.Observe(commit);
            looks.Add(Attention.After(commit));
        }
        catch (Exception exception)
        {
            world.Violate($"A commit could not be looked at: {exception}"); // the store would keep it to itself
        }
    }

    private async Task SweepAsync()
    {
        if (!IsAlive) return;
        await retention.SweepAsync(CancellationToken.None);
        world.Timeline.After(SweepInterval, SweepAsync);
    }
}

/// <summary>STS of a world whose tasks have no roles: nothing asks it.</summary>
internal sealed class NoRoles : IStsApi;
