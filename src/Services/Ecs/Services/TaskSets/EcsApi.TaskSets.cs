using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.Idempotency;
using Estiba.Ecs.LoadBalancers;
using Estiba.Ecs.ServiceRegistries;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Services.TaskSets;
using Estiba.Ecs.Tagging;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs;

/// <content>Task sets: the shares of a service that somebody else deploys (controller <c>EXTERNAL</c>).</content>
public sealed partial class EcsApi
{
    /// <inheritdoc />
    public async Task<CreateTaskSetResponse> CreateTaskSetAsync(
        CreateTaskSetRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckScale(request.Scale);
        ServiceRequests.ValidateToken(request.ClientToken);
        TaskRequests.ValidateCapacity(request.LaunchType, request.CapacityProviderStrategy);
        TaskRequests.ValidatePlatform(request.PlatformVersion, request.LaunchType);
        ServiceRequests.ValidateLoadBalancers(request.LoadBalancers);
        Registries.Validate(request.ServiceRegistries);
        await CheckTargetGroupsAsync(request.LoadBalancers, request.TaskDefinition, context, cancellation);
        await CheckRegistriesAsync(request.ServiceRegistries, request.TaskDefinition, context, cancellation);
        return await ChangeTaskSetsAsync(
            request.Cluster,
            request.Service!,
            context,
            edit =>
            {
                // A token ends with its task set.
                var token = new ClientToken(ClusterOf(edit), $"CreateTaskSet/{edit.Service.Name}", request.ClientToken);
                if (token.Find(edit.Transaction, Now) is { } earlier && FindTaskSet(edit, earlier.Made[0]) is { } same)
                {
                    return earlier.IsOf(request)
                        ? new CreateTaskSetResponse
                        {
                            TaskSet = TaskSetDescription.Of(edit.Transaction, edit.Service, same),
                        }
                        : throw EcsErrors.InvalidParameterException("Creation of task set was not idempotent.");
                }

                var definition = TaskDefinitionNames.Require(
                    edit.Transaction,
                    edit.Service.Scope,
                    request.TaskDefinition!
                );
                TargetGroups.CheckContainers(request.LoadBalancers, definition.Definition);
                Registries.CheckContainers(request.ServiceRegistries, definition.Definition);
                TaskRequests.ValidateLaunchType(definition.Definition, request.LaunchType);
                TaskRequests.ValidateNetwork(definition.Definition, request.NetworkConfiguration);
                TaskRequests.RequireRoleForCommands(
                    edit.Service.Settings.EnableExecuteCommand,
                    definition.Definition,
                    overrides: null,
                    "task set couldn't be created"
                );
                var strategy = ClusterCapacity.StrategyOf(
                    ClusterOf(edit),
                    request.LaunchType,
                    request.CapacityProviderStrategy
                );
                var id = _ids.Deployment();
                var set = new TaskSetRecord
                {
                    Deployment = new DeploymentRecord
                    {
                        Id = id,
                        Family = definition.Family,
                        Revision = definition.Revision,
                        CreatedAt = Now,
                        UpdatedAt = Now,
                        RolloutState = DeploymentRolloutState.InProgress,
                        RolloutStateReason = "",
                    },
                    Status = TaskSetStatus.Active,
                    Scale = request.Scale?.Value ?? 0,
                    ExternalId = request.ExternalId,
                    Settings = new TaskSet
                    {
                        LaunchType = strategy.Count > 0 ? null : request.LaunchType ?? LaunchType.Ec2,
                        CapacityProviderStrategy = strategy.Count > 0 ? strategy : null,
                        NetworkConfiguration = TaskRequests.Network(request.NetworkConfiguration),
                        PlatformVersion = request.PlatformVersion,
                        LoadBalancers = request.LoadBalancers ?? [],
                        ServiceRegistries = request.ServiceRegistries ?? [],
                    },
                    StabilityAt = Now,
                    Tags = Tags.Merge([], request.Tags),
                };
                token.Remember(edit.Transaction, request, [id], Now);
                edit.Rollout = edit.Rollout with { TaskSets = [.. edit.Rollout.TaskSets, set] };
                return new CreateTaskSetResponse
                {
                    TaskSet = TaskSetDescription.Of(edit.Transaction, edit.Service, set),
                };
            },
            cancellation
        );
    }

    /// <inheritdoc />
    public Task<UpdateTaskSetResponse> UpdateTaskSetAsync(
        UpdateTaskSetRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckScale(request.Scale);
        return ChangeTaskSetsAsync(
            request.Cluster,
            request.Service!,
            context,
            edit =>
            {
                var set = RequireTaskSet(edit, request.TaskSet!);
                edit.Change(set.Id, changed =>
                    Touched(changed) with
                    {
                        Scale = request.Scale!.Value ?? 0,
                        IsSteady = false,
                        StabilityAt = Now,
                    }
                );
                return new UpdateTaskSetResponse
                {
                    TaskSet = TaskSetDescription.Of(edit.Transaction, edit.Service, RequireTaskSet(edit, set.Id)),
                };
            },
            cancellation
        );
    }

    /// <inheritdoc />
    public Task<UpdateServicePrimaryTaskSetResponse> UpdateServicePrimaryTaskSetAsync(
        UpdateServicePrimaryTaskSetRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        ChangeTaskSetsAsync(
            request.Cluster,
            request.Service!,
            context,
            edit =>
            {
                var chosen = RequireTaskSet(edit, request.PrimaryTaskSet!);
                if (chosen.Status == TaskSetStatus.Draining)
                    throw EcsErrors.InvalidParameterException(
                        "The task set is being deleted and cannot become the primary task set."
                    );
                foreach (var set in edit.Rollout.TaskSets.Where(set => set.IsPrimary && set.Id != chosen.Id))
                    edit.Change(set.Id, changed => Touched(changed) with { Status = TaskSetStatus.Active });
                if (!chosen.IsPrimary)
                    edit.Change(chosen.Id, changed => Touched(changed) with { Status = TaskSetStatus.Primary });
                return new UpdateServicePrimaryTaskSetResponse
                {
                    TaskSet = TaskSetDescription.Of(edit.Transaction, edit.Service, RequireTaskSet(edit, chosen.Id)),
                };
            },
            cancellation
        );

    /// <inheritdoc />
    public Task<DeleteTaskSetResponse> DeleteTaskSetAsync(
        DeleteTaskSetRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        ChangeTaskSetsAsync(
            request.Cluster,
            request.Service!,
            context,
            edit =>
            {
                var set = RequireTaskSet(edit, request.TaskSet!);
                if (set.IsPrimary && edit.Rollout.TaskSets.Count > 1)
                    throw EcsErrors.InvalidParameterException(
                        "The primary task set cannot be deleted while the service has other task sets."
                    );
                if (set.DesiredOf(edit.Service) > 0 && request.Force != true)
                    throw EcsErrors.InvalidParameterException(
                        "The task set cannot be deleted while it is scaled above 0. Scale it to 0 or use force."
                    );
                edit.Change(set.Id, changed =>
                    Touched(changed) with
                    {
                        Status = TaskSetStatus.Draining,
                        IsSteady = false,
                        StabilityAt = Now,
                    }
                );
                return new DeleteTaskSetResponse
                {
                    TaskSet = TaskSetDescription.Of(edit.Transaction, edit.Service, RequireTaskSet(edit, set.Id)),
                };
            },
            cancellation
        );

    /// <inheritdoc />
    public Task<DescribeTaskSetsResponse> DescribeTaskSetsAsync(
        DescribeTaskSetsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var service = RequireExternal(
            view,
            ClusterNames.Require(view, Scope.Of(context), request.Cluster),
            request.Service!
        );
        var withTags = request.Include?.Contains(TaskSetField.Tags) ?? false;
        var rollout = ServiceRolloutRecord.Of(view, service.Key);
        var named = request.TaskSets is { Count: > 0 } names ? names : [.. rollout.TaskSets.Select(set => set.Id)];
        var found = named.Select(name => FindTaskSet(service, rollout, name)).ToList();
        return Task.FromResult(
            new DescribeTaskSetsResponse
            {
                TaskSets =
                [
                    .. found.OfType<TaskSetRecord>().Select(set => TaskSetDescription.Of(view, service, set, withTags)),
                ],
                Failures =
                [
                    .. named
                        .Where((_, index) => found[index] is null)
                        .Select(name => new Failure
                        {
                            Arn = Arn.IsArn(name) ? name : TaskSetDescription.ArnOf(service, name),
                            Reason = "MISSING",
                        }),
                ],
            }
        );
    }

    private Task<TResponse> ChangeTaskSetsAsync<TResponse>(
        string? cluster,
        string service,
        CallContext context,
        Func<ServiceEdit, TResponse> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var found = RequireExternal(
                    transaction,
                    ClusterNames.Require(transaction, Scope.Of(context), cluster),
                    service
                );
                if (found.Status != ServiceStatus.Active)
                    throw EcsErrors.ServiceNotActiveException("Service was not ACTIVE.");
                var edit = new ServiceEdit(transaction, found, _ids, Now);
                var response = change(edit);
                edit.Save();
                return response;
            },
            cancellation
        );

    private static ClusterRecord ClusterOf(ServiceEdit edit) =>
        edit.Transaction.Find(EcsTables.Clusters, edit.Service.ClusterKey)!;

    private TaskSetRecord Touched(TaskSetRecord set) =>
        set with
        {
            Deployment = set.Deployment with { UpdatedAt = Now },
        };

    private static ServiceRecord RequireExternal(View view, ClusterRecord cluster, string nameOrArn) =>
        RequireService(view, cluster, nameOrArn) is { IsExternal: true } service
            ? service
            : throw EcsErrors.InvalidParameterException(
                "Task sets can only be used by services with the deployment controller EXTERNAL."
            );

    private static TaskSetRecord RequireTaskSet(ServiceEdit edit, string idOrArn) =>
        FindTaskSet(edit, idOrArn)
        ?? throw EcsErrors.TaskSetNotFoundException(
            "The specified task set could not be found. Specify a valid task set and try again."
        );

    private static TaskSetRecord? FindTaskSet(ServiceEdit edit, string idOrArn) =>
        FindTaskSet(edit.Service, edit.Rollout, idOrArn);

    private static TaskSetRecord? FindTaskSet(ServiceRecord service, ServiceRolloutRecord rollout, string idOrArn) =>
        rollout.TaskSets.FirstOrDefault(set =>
            set.Id == idOrArn || TaskSetDescription.ArnOf(service, set.Id) == idOrArn
        );

    private static void CheckScale(Scale? scale)
    {
        if (scale?.Value is < 0 or > 100)
            throw EcsErrors.InvalidParameterException("The scale value must be between 0 and 100.");
    }
}
