using System.Security.Cryptography;
using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.ElbV2;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.Contracts.Sts;
using Estiba.Dns.Names;
using Estiba.Ecs.Agents;
using Estiba.Ecs.ClusterAutoScaling;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.LoadBalancers;
using Estiba.Ecs.Metrics;
using Estiba.Ecs.Scheduling;
using Estiba.Ecs.ServiceConnect;
using Estiba.Ecs.ServiceRegistries;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Alarms;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.Hosting.Http;
using Estiba.Hosting.Metrics;
using Estiba.State;
using Microsoft.Extensions.Logging;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs;

/// <summary>Amazon ECS. It shares the <see cref="AgentDoor"/>, and asks for <see cref="IHostKeys"/>.</summary>
/// <param name="options">What an operator may set.</param>
public sealed class EcsModule(EcsOptions options) : Module
{
    /// <inheritdoc/>
    public override string Name => "ecs";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => EcsTables.All;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<IEcsApi, EcsApi>("Amazon ECS")];

    /// <summary>Where ids come from, in a world of which everything is to be repeatable.</summary>
    internal EcsIds? Ids { get; init; }

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var (store, time) = (host.Store, host.Time);
        var own = host.Find<IHostKeys>() is { } keys ? options with { HostKeys = keys } : options;
        var ids = Ids ?? new EcsIds(new Random(), RandomNumberGenerator.Create());
        var sts = host.Neighbour<IStsApi>(CallPrincipal.Service(RoleSessions.Service));
        var elb = host.Neighbour<IElbV2Api>(CallPrincipal.Service(TargetGroups.Service));
        var cloudWatch = host.Neighbour<ICloudWatchApi>(CallPrincipal.Service(TargetGroups.Service));
        var discovery = host.Neighbour<IServiceDiscoveryApi>(CallPrincipal.Service(Registries.Service));
        var autoScaling = host.Neighbour<IAutoScalingApi>(CallPrincipal.Service(TargetGroups.Service));
        var api = new EcsApi(store, sts, elb, discovery, autoScaling, ids, host.Random, own, time);
        var sessions = new AgentSessions();
        var payloads = EcsControllers.Payloads(
            new PayloadReconciler(store, sessions, new RoleSessions(sts, ids), ids, own, time)
        );
        var retention = new Retention(store, own, time);
        var usage = new UsageReports(time);
        var publisher = new MetricPublisher(TargetGroups.Service, cloudWatch, ids.Unique);
        var metrics = new MetricsReport(store, usage, publisher);
        var groups = new ManagedGroup(autoScaling, ids);
        var reservations = new ReservationReport(store, groups, publisher, time);
        var agents = new AgentDoor(
            store,
            sessions,
            payloads.Enqueue,
            usage,
            ids,
            own,
            time,
            host.Loggers.CreateLogger<AgentDoor>()
        );
        host.Share(api);
        host.Share(agents);
        host.Share<IHostAddresses>(new HostAddresses(store));
        var instruments = new EcsInstruments(store);
        var stopping = new CancellationTokenSource();
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers = [new EcsDispatcher(api)],
                Paths =
                [
                    AgentsAt(AgentDoor.ControlPath, "ecs:Poll", agents, stopping.Token),
                    AgentsAt(AgentDoor.TelemetryPath, "ecs:StartTelemetrySession", agents, stopping.Token),
                ],
                StartAsync = starting =>
                {
                    host.Find<NameSources>()?.Add(new AliasHosts(store));
                    return ForgetConnectionsAsync(store, own, time, starting);
                },
                StopAsync = async () => await stopping.CancelAsync(),
                Controllers =
                [
                    EcsControllers.Services(new ServiceReconciler(store, ids, own.HealthyAfter, time)),
                    EcsControllers.Scheduler(new ClusterScheduler(store, ids, new Random(host.Random.Next()), time)),
                    EcsControllers.Targets(new TargetReconciler(store, new TargetGroups(elb, ids), ids, time)),
                    EcsControllers.Registries(new RegistryReconciler(store, new Registries(discovery, ids), ids, time)),
                    EcsControllers.DiscoveryServices(
                        new DiscoveryServiceReconciler(
                            store,
                            new ServiceConnectNamespaces(discovery, ids, time),
                            new Registries(discovery, ids),
                            time
                        )
                    ),
                    EcsControllers.Traffic(new TrafficReconciler(store, new TargetGroups(elb, ids), ids, time)),
                    EcsControllers.Alarms(new AlarmReconciler(store, cloudWatch, ids, time)),
                    payloads,
                    EcsControllers.ManagedScaling(new ManagedScalingReconciler(store, groups)),
                    EcsControllers.Presence(new PresenceReconciler(store, sessions, own, time)),
                ],
                Chores =
                [
                    new Chore("ecs.retention", Retention.Interval, retention.SweepAsync),
                    new Chore("ecs.reservations", ReservationReport.Interval, reservations.RunAsync),
                    new Chore("ecs.metrics", MetricsReport.Interval, metrics.RunAsync) { Scope = WorkScope.Everywhere },
                ],
                CloseAsync = () =>
                {
                    instruments.Dispose();
                    stopping.Dispose();
                    return ValueTask.CompletedTask;
                },
            }
        );
    }

    // No connection outlives the process that held it, and what hosts may do follows this start's options.
    private static Task ForgetConnectionsAsync(
        Store store,
        EcsOptions options,
        TimeProvider time,
        CancellationToken cancellation
    ) =>
        store.CommitAsync(
            transaction =>
            {
                ServiceMigration.Apply(transaction);
                AgentConnection.ResetAll(transaction, time.GetUtcNow());
                InstanceAccess.DecideAll(transaction, options.HostAccess);
            },
            cancellation
        );

    private static HttpPath AgentsAt(string path, string action, AgentDoor agents, CancellationToken stopping) =>
        HttpPath.Signed(
            path,
            action,
            (http, caller) => agents.HandleAsync(http, caller, stopping),
            AgentDoor.InstanceOf
        );
}
