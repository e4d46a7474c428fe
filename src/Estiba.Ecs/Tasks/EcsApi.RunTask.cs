using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.Scheduling;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs;

/// <content>How tasks outside of services begin. They are placed within the call, so that the caller hears what has no room.</content>
public sealed partial class EcsApi
{
    private const int MostTasksRun = 10;
    private const int MostInstancesStarted = 10;

    /// <inheritdoc />
    public Task<RunTaskResponse> RunTaskAsync(RunTaskRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var count = request.Count ?? 1;
        if (count is < 1 or > MostTasksRun) throw EcsErrors.InvalidParameterException($"Count must be between 1 and {MostTasksRun}");
        if (request.LaunchType is not null && request.CapacityProviderStrategy is { Count: > 0 })
            throw EcsErrors.InvalidParameterException("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.");
        TaskRequests.RequireEc2(request.LaunchType, request.CapacityProviderStrategy);
        TaskRequests.ValidatePlacement(request.PlacementConstraints, request.PlacementStrategy);

        return _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var cluster = ClusterNames.Require(transaction, scope, request.Cluster);
                if (Repeated(transaction, cluster, "RunTask", request.ClientToken, request) is { } earlier) return new RunTaskResponse { Tasks = earlier, Failures = [] };

                var definition = TaskDefinitionNames.Require(transaction, scope, request.TaskDefinition!);
                TaskRequests.ValidateOverrides(definition.Definition, request.Overrides);
                var placement = Placement.In(transaction, cluster.Key, _random);
                if (!placement.HasInstances) throw EcsErrors.InvalidParameterException("No Container Instances were found in your cluster.");

                var rules = PlacementRules.Of(definition.Definition, request.PlacementConstraints, request.PlacementStrategy);
                var order = new TaskOrder(request.Group, request.StartedBy, request.Overrides, request.Tags, request.PropagateTags, request.EnableECSManagedTags, request.EnableExecuteCommand);
                var started = new List<TaskRecord>();
                var failures = new List<Failure>();
                var task = order.Make(cluster, definition, _ids, Now);
                var demand = new PlacementDemand(task, rules);
                var candidates = placement.For(demand);
                for (var n = 0; n < count && failures.Count == 0; n++)
                {
                    if (n > 0) task = order.Make(cluster, definition, _ids, Now);
                    if (candidates.Take() is { } choice) started.Add(TaskTransitions.Place(task, choice));
                    else failures.AddRange(placement.Explain(demand).Where(answer => answer.Obstacle != PlacementObstacle.Inactive).Select(answer => new Failure { Arn = answer.Instance.Arn, Reason = answer.Obstacle.Code }));
                }

                return new RunTaskResponse { Tasks = Start(transaction, cluster, "RunTask", request.ClientToken, request, started), Failures = failures };
            },
            cancellation);
    }

    /// <inheritdoc />
    public Task<StartTaskResponse> StartTaskAsync(StartTaskRequest request, CallContext context, CancellationToken cancellation = default)
    {
        if (request.ContainerInstances is not { Count: > 0 } names) throw EcsErrors.InvalidParameterException("Container instances cannot be empty.");
        if (names.Count > MostInstancesStarted) throw EcsErrors.InvalidParameterException($"Container instances cannot have more than {MostInstancesStarted} items.");

        return _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var cluster = ClusterNames.Require(transaction, scope, request.Cluster);
                var definition = TaskDefinitionNames.Require(transaction, scope, request.TaskDefinition!);
                TaskRequests.ValidateOverrides(definition.Definition, request.Overrides);
                var rules = PlacementRules.Of(definition.Definition, constraints: null, strategy: null);
                var order = new TaskOrder(request.Group, request.StartedBy, request.Overrides, request.Tags, request.PropagateTags, request.EnableECSManagedTags, request.EnableExecuteCommand);
                var started = new List<TaskRecord>();
                var failures = new List<Failure>();
                var placements = new Dictionary<string, Placement>(StringComparer.Ordinal);
                foreach (var name in names)
                {
                    if (FindInstance(transaction, cluster, name) is not { } instance)
                    {
                        failures.Add(new Failure { Arn = InstanceArnOf(cluster, name), Reason = "MISSING" });
                        continue;
                    }

                    // An instance may be named more than once.
                    if (!placements.TryGetValue(instance.Key, out var placement)) placements.Add(instance.Key, placement = Placement.On(transaction, instance, _random));
                    var task = order.Make(cluster, definition, _ids, Now);
                    var demand = new PlacementDemand(task, rules);
                    if (placement.For(demand).Take() is { } choice) started.Add(TaskTransitions.Place(task, choice));
                    else failures.Add(new Failure { Arn = instance.Arn, Reason = placement.Explain(demand)[0].Obstacle.Code });
                }

                return new StartTaskResponse { Tasks = Start(transaction, cluster, "StartTask", clientToken: null, request, started), Failures = failures };
            },
            cancellation);
    }

    private IReadOnlyList<EcsTask> Start(Transaction transaction, ClusterRecord cluster, string operation, string? clientToken, IShape request, List<TaskRecord> tasks)
    {
        foreach (var task in tasks) transaction.Put(EcsTables.Tasks, task);
        if (clientToken is not null && tasks.Count > 0) transaction.Put(EcsTables.ClientTokens, ClientTokenRecord.Of(cluster, operation, clientToken, request, tasks, Now));
        return [.. tasks.Select(task => TaskDescription.Of(transaction, task))];
    }

    /// <summary>What an earlier request with the same token started; null when there was none.</summary>
    /// <exception cref="AwsException"><c>ConflictException</c>: the token belongs to a request with other parameters.</exception>
    private static IReadOnlyList<EcsTask>? Repeated(View view, ClusterRecord cluster, string operation, string? clientToken, IShape request)
    {
        if (clientToken is null || view.Find(EcsTables.ClientTokens, ClientTokenRecord.KeyOf(cluster, operation, clientToken)) is not { } earlier) return null;
        if (earlier.RequestHash != ClientTokenRecord.HashOf(request)) throw EcsErrors.ConflictException("The client token was used with other parameters before.");
        return [.. earlier.TaskIds.Select(id => view.Find(EcsTables.Tasks, $"{cluster.Key}/{id}")).OfType<TaskRecord>().Select(task => TaskDescription.Of(view, task))];
    }
}
