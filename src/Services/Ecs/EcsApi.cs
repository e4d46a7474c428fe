using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.ElbV2;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.Contracts.Sts;
using Estiba.Ecs.Agents;
using Estiba.Ecs.ClusterAutoScaling;
using Estiba.Ecs.LoadBalancers;
using Estiba.Ecs.Placement;
using Estiba.Ecs.ServiceRegistries;
using Estiba.State;

namespace Estiba.Ecs;

/// <summary>
/// The operations of Amazon ECS. Each resource's are in its own folder; they check the request, make one commit and
/// answer.
/// </summary>
/// <param name="store">Where everything is kept.</param>
/// <param name="sts">Where the credentials of tasks' roles come from.</param>
/// <param name="elb">Where the target groups of services are.</param>
/// <param name="discovery">Where the registries of services are.</param>
/// <param name="autoScaling">Where the groups of capacity providers are.</param>
/// <param name="ids">Makes the ids of new resources.</param>
/// <param name="random">Decides where placement leaves it to chance; seeded in a simulation.</param>
/// <param name="options">What an operator may set.</param>
/// <param name="time">The clock.</param>
public sealed partial class EcsApi(
    Store store,
    IStsApi sts,
    IElbV2Api elb,
    IServiceDiscoveryApi discovery,
    IAutoScalingApi autoScaling,
    EcsIds ids,
    Random random,
    EcsOptions options,
    TimeProvider time
) : IEcsApi
{
    private readonly Store _store = store;
    private readonly RoleSessions _roles = new(sts, ids);
    private readonly TargetGroups _targetGroups = new(elb, ids);
    private readonly ManagedGroup _groups = new(autoScaling, ids);
    private readonly Registries _registries = new(discovery, ids);
    private readonly ServiceConnectNamespaces _namespaces = new(discovery, ids, time);
    private readonly ServiceConnections _connections = new(
        store,
        new ServiceConnectNamespaces(discovery, ids, time),
        time
    );
    private readonly EcsIds _ids = ids;
    private readonly Random _random = random;
    private readonly EcsOptions _options = options;
    private readonly TimeProvider _time = time;
    private readonly PreparedQueries _queries = new();
    private readonly HostRights _hostRights = new(options.HostKeys);
    private readonly ReportCommits _reports = new(store);

    private DateTimeOffset Now => _time.GetUtcNow();
}
