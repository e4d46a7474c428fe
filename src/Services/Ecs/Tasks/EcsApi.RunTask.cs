using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Idempotency;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Scheduling;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs;

/// <content>How tasks outside of services begin. They are placed within the call, so that the caller gets to know what
/// cannot be placed.</content>
public sealed partial class EcsApi
{
    private const int MostTasksRun = 10;
    private const int MostInstancesStarted = 10;
    private const int LongestClientToken = 64;

    /// <inheritdoc />
    public async Task<RunTaskResponse> RunTaskAsync(
        RunTaskRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var count = request.Count ?? 1;
        if (count is < 1 or > MostTasksRun)
            throw EcsErrors.InvalidParameterException($"Count must be between 1 and {MostTasksRun}");
        TaskRequests.ValidateCapacity(request.LaunchType, request.CapacityProviderStrategy);
        TaskRequests.ValidatePlatform(request.PlatformVersion, request.LaunchType);
        if (request.VolumeConfigurations is { Count: > 0 })
            throw TaskRequests.NoVolumes();
        TaskRequests.ValidateTexts(request.StartedBy, referenceId: request.ReferenceId, group: request.Group);
        TaskRequests.ValidatePropagation(request.PropagateTags);
        ClientToken.Validate(request.ClientToken, LongestClientToken);
        TaskRequests.ValidatePlacement(request.PlacementConstraints, request.PlacementStrategy);

        await RequireRolesAsync(request.Cluster, request.TaskDefinition, request.Overrides, context, cancellation);
        PrepareQueries(request, context);
        return await _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var cluster = ClusterNames.Require(transaction, scope, request.Cluster);
                var token = new ClientToken(cluster, "RunTask", request.ClientToken);
                if (Repeated(transaction, cluster, token, request) is { } earlier)
                    return new RunTaskResponse { Tasks = earlier, Failures = [] };

                var definition = TaskDefinitionNames.Require(transaction, scope, request.TaskDefinition!);
                TaskRequests.ValidateOverrides(definition.Definition, request.Overrides);
                TaskRequests.ValidateLaunchType(definition.Definition, request.LaunchType);
                TaskRequests.ValidateNetwork(definition.Definition, request.NetworkConfiguration);
                TaskRequests.RequireRoleForCommands(
                    request.EnableExecuteCommand,
                    definition.Definition,
                    request.Overrides,
                    "task couldn't be started"
                );
                var placement = PlacementPass.In(transaction, cluster.Key, _random);
                var launchType = request.LaunchType ?? LaunchType.Ec2;
                var strategy = ClusterCapacity.StrategyOf(
                    cluster,
                    request.LaunchType,
                    request.CapacityProviderStrategy
                );
                var room = new WaitingRoom(transaction, cluster);
                if (!placement.HasInstances(launchType) && !strategy.Any(item => room.Takes(item.CapacityProvider!)))
                    throw EcsErrors.InvalidParameterException("No Container Instances were found in your cluster.");

                var rules = PlacementRules.Of(
                    definition.Definition,
                    request.PlacementConstraints,
                    request.PlacementStrategy,
                    _queries
                );
                var order = new TaskOrder(
                    launchType,
                    request.Group,
                    request.StartedBy,
                    request.Overrides,
                    request.Tags,
                    request.PropagateTags,
                    request.EnableECSManagedTags,
                    request.EnableExecuteCommand
                );
                var started = new List<TaskRecord>();
                var failures = new List<Failure>();
                var candidatesOf = new Dictionary<string, Candidates>(StringComparer.Ordinal);
                for (var n = 0; n < count && failures.Count == 0; n++)
                {
                    var provider =
                        strategy.Count > 0
                            ? CapacityStrategy.Next(strategy, name =>
                                started.Count(other => other.CapacityProvider == name)
                            )
                            : null;
                    var task = order.Make(cluster, definition, _ids, Now) with { CapacityProvider = provider };
                    if (!candidatesOf.TryGetValue(provider ?? "", out var candidates))
                        candidatesOf.Add(provider ?? "", candidates = placement.For(new PlacementDemand(task, rules)));

                    if (candidates.Take() is { } choice)
                        started.Add(TaskTransitions.Place(task, choice.Instance, choice.Gpus));
                    else if (provider is not null && room.Take(provider))
                        started.Add(
                            task with
                            {
                                Placement = new TaskPlacement(
                                    started.FirstOrDefault(other => other.IsWaiting)?.Id ?? task.Id,
                                    request.PlacementConstraints ?? [],
                                    request.PlacementStrategy ?? []
                                ),
                            }
                        );
                    else if (placement.Instances.Count == 0)
                        failures.Add(
                            new Failure
                            {
                                Arn = CapacityProviderRecord.ArnOf(scope, provider!),
                                Reason = PlacementMessages.EmptyCapacityProvider,
                            }
                        );
                    else
                        failures.AddRange(
                            placement
                                .Explain(candidates.Demand)
                                .Where(answer => answer.Obstacle != PlacementObstacle.Inactive)
                                .Select(answer => new Failure
                                {
                                    Arn = answer.Instance.Arn,
                                    Reason = PlacementMessages.Reason(answer.Obstacle),
                                })
                        );
                }

                token.Remember(transaction, request, [.. started.Select(task => task.Id)], Now);
                return new RunTaskResponse { Tasks = Start(transaction, started), Failures = failures };
            },
            cancellation
        );
    }

    /// <inheritdoc />
    public async Task<StartTaskResponse> StartTaskAsync(
        StartTaskRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var names = NamedItems.Require(
            request.ContainerInstances,
            MostInstancesStarted,
            "Container instance",
            "instanceIds"
        );
        if (request.VolumeConfigurations is { Count: > 0 })
            throw TaskRequests.NoVolumes();
        TaskRequests.ValidateTexts(request.StartedBy, referenceId: request.ReferenceId, group: request.Group);
        TaskRequests.ValidatePropagation(request.PropagateTags);

        await RequireRolesAsync(request.Cluster, request.TaskDefinition, request.Overrides, context, cancellation);
        return await _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var cluster = ClusterNames.Require(transaction, scope, request.Cluster);
                var definition = TaskDefinitionNames.Require(transaction, scope, request.TaskDefinition!);
                TaskRequests.ValidateOverrides(definition.Definition, request.Overrides);
                TaskRequests.ValidateNetwork(definition.Definition, request.NetworkConfiguration);
                TaskRequests.RequireRoleForCommands(
                    request.EnableExecuteCommand,
                    definition.Definition,
                    request.Overrides,
                    "task couldn't be started"
                );
                var rules = PlacementRules.Of(definition.Definition, constraints: null, strategy: null, _queries);
                // the request names instances and no launch type
                var isForExternal = definition.Definition.Compatibilities?.Contains(Compatibility.External) == true;
                var order = new TaskOrder(
                    LaunchType.Ec2,
                    request.Group,
                    request.StartedBy,
                    request.Overrides,
                    request.Tags,
                    request.PropagateTags,
                    request.EnableECSManagedTags,
                    request.EnableExecuteCommand
                );
                var started = new List<TaskRecord>();
                var failures = new List<Failure>();
                var placements = new Dictionary<string, PlacementPass>(StringComparer.Ordinal);
                foreach (var name in names)
                {
                    if (FindInstance(transaction, cluster, name) is not { } instance)
                    {
                        failures.Add(
                            NamedItems.Missing(name, ContainerInstanceRecord.ArnOf(cluster.Scope, cluster.Name, name))
                        );
                        continue;
                    }

                    // An instance may be named more than once.
                    if (!placements.TryGetValue(instance.Key, out var placement))
                        placements.Add(instance.Key, placement = PlacementPass.On(transaction, instance, _random));
                    var task = (
                        instance.IsExternal && isForExternal ? order with { LaunchType = LaunchType.External } : order
                    ).Make(cluster, definition, _ids, Now);
                    var demand = new PlacementDemand(task, rules);
                    if (placement.For(demand).Take() is { } choice)
                        started.Add(TaskTransitions.Place(task, choice.Instance, choice.Gpus));
                    else
                        failures.Add(
                            new Failure
                            {
                                Arn = instance.Arn,
                                Reason = PlacementMessages.Reason(placement.Explain(demand)[0].Obstacle),
                            }
                        );
                }

                return new StartTaskResponse { Tasks = Start(transaction, started), Failures = failures };
            },
            cancellation
        );
    }

    // Regular expressions are asked before everybody waits for the answer.
    private void PrepareQueries(RunTaskRequest request, CallContext context)
    {
        var (view, scope) = (_store.Current, Scope.Of(context));
        if (
            ClusterNames.Find(view, scope, request.Cluster) is not { } cluster
            || TaskDefinitionNames.Find(view, scope, request.TaskDefinition ?? "") is not { } definition
        )
            return;
        _queries.Prepare(
            view,
            cluster.Key,
            PlacementRules.Expressions(definition.Definition, request.PlacementConstraints)
        );
    }

    /// <summary>
    /// Finds out whether the tasks would get the credentials of their roles. A request that is wrong otherwise is
    /// refused for that.
    /// </summary>
    /// <exception cref="AwsException"><c>ClientException</c>: a role cannot be assumed.</exception>
    private async System.Threading.Tasks.Task RequireRolesAsync(
        string? clusterName,
        string? definitionName,
        TaskOverride? overrides,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (view, scope) = (_store.Current, Scope.Of(context));
        if (
            ClusterNames.Find(view, scope, clusterName) is not { } cluster
            || TaskDefinitionNames.Find(view, scope, definitionName ?? "") is not { IsActive: true } definition
        )
            return;
        var (role, executionRole) = TaskRole.Named(definition.Definition, overrides, scope);
        foreach (var each in new[] { role, executionRole })
            if (each is not null && !await _roles.IsAssumableAsync(each, cluster, cancellation))
                throw EcsErrors.ClientException(RoleSessions.Refusal(each));
    }

    private static IReadOnlyList<EcsTask> Start(Transaction transaction, List<TaskRecord> tasks)
    {
        foreach (var task in tasks)
            transaction.Put(EcsTables.Tasks, task);
        return [.. tasks.Select(task => TaskDescription.Of(transaction, task))];
    }

    /// <summary>
    /// What an earlier request with the same token started; null when there was none, or when all of it has stopped and
    /// is shown no more: that ends the token too.
    /// </summary>
    /// <exception cref="AwsException"><c>ConflictException</c>: the token belongs to a request with other
    /// parameters.</exception>
    private IReadOnlyList<EcsTask>? Repeated(
        View view,
        ClusterRecord cluster,
        ClientToken token,
        RunTaskRequest request
    )
    {
        if (token.Find(view, Now) is not { } earlier)
            return null;
        var tasks = earlier
            .Made.Select(id => view.Find(EcsTables.Tasks, $"{cluster.Key}/{id}"))
            .OfType<TaskRecord>()
            .ToList();
        if (tasks.Count == 0)
            return null;
        if (!earlier.IsOf(request))
        {
            throw EcsErrors.ConflictException(
                "The client token was used with other parameters before.",
                new ConflictExceptionDetails { ResourceIds = [.. tasks.Select(task => task.Arn)] }
            );
        }

        return [.. tasks.Select(task => TaskDescription.Of(view, task))];
    }
}
