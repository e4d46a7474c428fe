using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Queries;
using Estiba.Ecs.Services;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs;

/// <content>Container instances: registered by agents, looked after by operators.</content>
public sealed partial class EcsApi
{
    private const int MostInstancesDescribed = 100;
    private const int MostInstancesUpdated = 10;
    private const string Register = "ecs:RegisterContainerInstance";

    /// <inheritdoc />
    public Task<RegisterContainerInstanceResponse> RegisterContainerInstanceAsync(
        RegisterContainerInstanceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var host = RequireHost(context, request);
                var cluster = ClusterNames.Find(transaction, scope, request.Cluster) is { Status: "ACTIVE" } found
                    ? found
                    : DefaultCluster(transaction, scope, request.Cluster);
                var known = KnownInstance(transaction, cluster, request, host, context);
                if (known is not null && InstanceRegistration.IsReinstalled(known, request))
                    StopForgotten(transaction, known);
                if (known is null && host is not null)
                    HostRights.RequireUnregistered(transaction, context, Register, host, cluster);
                known ??= new ContainerInstanceRecord
                {
                    Scope = scope,
                    Cluster = cluster.Name,
                    Id = _ids.Resource(),
                    Status = ContainerInstanceStatus.Active,
                    RegisteredAt = Now,
                    Version = 0,
                    Cpu = 0,
                    Memory = 0,
                };
                var instance = InstanceRegistration.Apply(known, request) with
                {
                    RegisteredBy = host?.Id ?? context.PrincipalArn,
                };
                if (host is not null)
                    instance = instance with { Ec2InstanceId = host.Id };
                instance = InstanceAccess.Decide(instance, _options.HostAccess);
                transaction.Put(EcsTables.ContainerInstances, instance);
                return new RegisterContainerInstanceResponse
                {
                    ContainerInstance = InstanceDescription.Of(transaction, instance),
                };
            },
            cancellation
        );

    /// <inheritdoc />
    public Task<DescribeContainerInstancesResponse> DescribeContainerInstancesAsync(
        DescribeContainerInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var names = NamedItems.Require(
            request.ContainerInstances,
            MostInstancesDescribed,
            "Container instance",
            "instanceIds"
        );
        var cluster = ClusterNames.Require(view, Scope.Of(context), request.Cluster);
        var withTags = request.Include?.Contains(ContainerInstanceField.Tags) ?? false;
        var withHealth = request.Include?.Contains(ContainerInstanceField.ContainerInstanceHealth) ?? false;
        var (found, failures) = NamedItems.Describe(
            names,
            name =>
                FindInstance(view, cluster, name) is { } instance
                    ? InstanceDescription.Of(view, instance, withTags, withHealth)
                    : null,
            id => ContainerInstanceRecord.ArnOf(cluster.Scope, cluster.Name, id)
        );
        return Task.FromResult(
            new DescribeContainerInstancesResponse { ContainerInstances = found, Failures = failures }
        );
    }

    /// <inheritdoc />
    public Task<ListContainerInstancesResponse> ListContainerInstancesAsync(
        ListContainerInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var cluster = ClusterNames.Require(view, Scope.Of(context), request.Cluster);
        if (request.Filter is { Length: > 0 } && string.IsNullOrWhiteSpace(request.Filter))
            throw EcsErrors.InvalidParameterException("Filter can not be blank.");
        var query = string.IsNullOrEmpty(request.Filter) ? null : ClusterQuery.Parse(request.Filter);
        var instances = view.Range(
                EcsTables.ContainerInstances,
                cluster.Key + "/",
                Paging.After(request.NextToken, request, context)
            )
            .Where(instance =>
                (
                    request.Status is { } status
                        ? instance.Status == status
                        : instance.Status != ContainerInstanceStatus.Inactive
                ) && (query is null || query.Matches(InstanceCapacity.Of(view, instance)))
            );
        var (page, next) = PagingToken.Cut(
            instances,
            Paging.Size(request.MaxResults),
            instance => instance.Key,
            request,
            context
        );
        return Task.FromResult(
            new ListContainerInstancesResponse
            {
                ContainerInstanceArns = [.. page.Select(instance => instance.Arn)],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc />
    public Task<DeregisterContainerInstanceResponse> DeregisterContainerInstanceAsync(
        DeregisterContainerInstanceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var cluster = ClusterNames.Require(transaction, Scope.Of(context), request.Cluster);
                var instance = RequireInstance(transaction, cluster, request.ContainerInstance!);
                _hostRights.RequireInstance(context, "ecs:DeregisterContainerInstance", instance);
                var tasks = transaction.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instance.Key).ToList();
                if (tasks.Count > 0 && request.Force != true)
                    throw EcsErrors.InvalidParameterException("Found running tasks on the instance.");

                foreach (var task in tasks)
                    TaskOutcomes.Stop(
                        transaction,
                        task,
                        TaskStopCode.TerminationNotice,
                        InstanceEnd.Reason(instance, context),
                        _ids,
                        Now
                    );
                var gone = instance with
                {
                    Status = ContainerInstanceStatus.Inactive,
                    AgentConnected = false,
                    DeregisteredAt = Now,
                    Version = instance.Version + 1,
                };
                transaction.Put(EcsTables.ContainerInstances, gone);
                return new DeregisterContainerInstanceResponse
                {
                    ContainerInstance = InstanceDescription.Of(transaction, gone),
                };
            },
            cancellation
        );

    /// <inheritdoc />
    public Task<UpdateContainerInstancesStateResponse> UpdateContainerInstancesStateAsync(
        UpdateContainerInstancesStateRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var names = NamedItems.Require(
            request.ContainerInstances,
            MostInstancesUpdated,
            "Container instance",
            "instanceIds"
        );
        if (request.Status is not (ContainerInstanceStatus.Active or ContainerInstanceStatus.Draining))
            throw EcsErrors.InvalidParameterException("Container instances status should be one of [ACTIVE,DRAINING]");

        return _store.CommitAsync(
            transaction =>
            {
                var cluster = ClusterNames.Require(transaction, Scope.Of(context), request.Cluster);
                var updated = new List<ContainerInstance>();
                var failures = new List<Failure>();
                foreach (var name in names)
                {
                    if (FindInstance(transaction, cluster, name) is not { } instance)
                    {
                        failures.Add(
                            NamedItems.Missing(name, ContainerInstanceRecord.ArnOf(cluster.Scope, cluster.Name, name))
                        );
                        continue;
                    }

                    _hostRights.RequireInstance(context, "ecs:UpdateContainerInstancesState", instance);
                    if (instance.Status == ContainerInstanceStatus.Inactive)
                    {
                        failures.Add(new Failure { Arn = instance.Arn, Reason = "INACTIVE" });
                        continue;
                    }

                    var changed =
                        instance.Status == request.Status
                            ? instance
                            : instance with
                            {
                                Status = request.Status,
                                Version = instance.Version + 1,
                            };
                    transaction.Put(EcsTables.ContainerInstances, changed);
                    updated.Add(InstanceDescription.Of(transaction, changed));
                }

                return new UpdateContainerInstancesStateResponse { ContainerInstances = updated, Failures = failures };
            },
            cancellation
        );
    }

    /// <summary>
    /// Answers as ECS does for an agent that it has no update for: an operator updates Estiba's agents with the
    /// platform.
    /// </summary>
    public Task<UpdateContainerAgentResponse> UpdateContainerAgentAsync(
        UpdateContainerAgentRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var instance = RequireInstance(
            view,
            ClusterNames.Require(view, Scope.Of(context), request.Cluster),
            request.ContainerInstance!
        );
        throw instance.VersionInfo?.AgentVersion is null
            ? EcsErrors.MissingVersionException("The version of the container agent is not known.")
            : EcsErrors.NoUpdateAvailableException(
                "There is no update available for your container agent. Agents are updated by installing a newer "
                    + "Estiba on their host."
            );
    }

    /// <summary>
    /// The host whose own key registers it; null for a principal of the account. A host registers itself, and in its
    /// cluster.
    /// </summary>
    private BoundHost? RequireHost(CallContext context, RegisterContainerInstanceRequest request)
    {
        var host = _hostRights.RequireCluster(context, Register, request.Cluster);
        return host is null || InstanceRegistration.InstanceIdOf(request) is not { } named || named == host.Id
            ? host
            : throw HostRights.Denied(
                context,
                Register,
                new Arn("ec2", context.Region, context.AccountId, "instance/" + named).ToString()
            );
    }

    private static ContainerInstanceRecord RequireInstance(View view, ClusterRecord cluster, string idOrArn) =>
        FindInstance(view, cluster, idOrArn) is { } instance && instance.Status != ContainerInstanceStatus.Inactive
            ? instance
            : throw EcsErrors.InvalidParameterException("Referenced container instance " + idOrArn + " not found.");

    private static ContainerInstanceRecord? FindInstance(View view, ClusterRecord cluster, string idOrArn) =>
        ClusterNames.NameWithin(cluster, "container-instance", idOrArn) is { } id
            ? view.Find(EcsTables.ContainerInstances, ContainerInstanceRecord.KeyOf(cluster.Scope, cluster.Name, id))
            : null;

    // An agent comes back with the ARN it was given. Without one a host with a key of its own is known by the key, and
    // others by the token of a registration that is
    // repeated, or by their EC2 instance.
    private ContainerInstanceRecord? KnownInstance(
        View view,
        ClusterRecord cluster,
        RegisterContainerInstanceRequest request,
        BoundHost? host,
        CallContext context
    )
    {
        if (request.ContainerInstanceArn is { } arn)
        {
            var named = FindInstance(view, cluster, arn);
            if (named is null or { Status: ContainerInstanceStatus.Inactive })
                throw EcsErrors.ClientException(
                    "Container instance is not registered any more; register without containerInstanceArn."
                );
            _hostRights.RequireInstance(context, Register, named);
            return named;
        }

        var (token, ec2) = (request.ClientToken, InstanceRegistration.InstanceIdOf(request));
        var registered = view.Range(EcsTables.ContainerInstances, cluster.Key + "/")
            .Where(instance => instance.Status != ContainerInstanceStatus.Inactive);
        if (host is not null)
            return registered.FirstOrDefault(host.Is);
        if (string.IsNullOrEmpty(token) && ec2 is null)
            return null;
        return registered.FirstOrDefault(instance =>
            (instance.RegisteredBy is null || instance.HostId is null)
            && (
                (!string.IsNullOrEmpty(token) && instance.RegistrationToken == token)
                || (ec2 is not null && instance.Ec2InstanceId == ec2)
            )
        );
    }

    // What its agent has reported of, an agent that was installed anew knows nothing of, and will never end. What it
    // had not begun is sent to it again.
    private void StopForgotten(Transaction transaction, ContainerInstanceRecord instance)
    {
        foreach (
            var task in transaction
                .Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instance.Key)
                .Where(task => task.ConnectivityAt is not null)
                .ToList()
        )
            TaskOutcomes.Stop(transaction, task, TaskStopCode.TerminationNotice, InstanceEnd.Forgotten, _ids, Now);
    }

    // Agents without a cluster of their own join "default", which comes into being with the first of them.
    private ClusterRecord DefaultCluster(Transaction transaction, Scope scope, string? named)
    {
        if (ClusterNames.NameOf(named) != ClusterNames.Default)
            throw EcsErrors.ClientException("Cluster not found.");
        var cluster = new ClusterRecord
        {
            Scope = scope,
            Name = ClusterNames.Default,
            Status = "ACTIVE",
            CreatedAt = Now,
        };
        transaction.Put(EcsTables.Clusters, cluster);
        return cluster;
    }
}
