using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.Tasks;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs;

/// <content>What may be asked about tasks, and how they are stopped; <see cref="RunTaskAsync"/> is beside this
/// file.</content>
public sealed partial class EcsApi
{
    private const int MostTasksDescribed = 100;

    /// <inheritdoc />
    public Task<DescribeTasksResponse> DescribeTasksAsync(
        DescribeTasksRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var names = NamedItems.Require(request.Tasks, MostTasksDescribed, "Tasks", "taskIds");
        var cluster = ClusterNames.Require(view, Scope.Of(context), request.Cluster);
        var withTags = request.Include?.Contains(TaskField.Tags) ?? false;
        var (found, failures) = NamedItems.Describe(
            names,
            name => TaskNames.Find(view, cluster, name) is { } task ? TaskDescription.Of(view, task, withTags) : null,
            name => cluster.Scope.Arn($"task/{cluster.Name}/{name}")
        );
        return Task.FromResult(new DescribeTasksResponse { Tasks = found, Failures = failures });
    }

    /// <inheritdoc />
    public Task<ListTasksResponse> ListTasksAsync(
        ListTasksRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var scope = Scope.Of(context);
        var cluster = ClusterNames.Require(view, scope, request.Cluster);
        var size = Paging.Size(request.MaxResults);
        TaskRequests.ValidateTexts(request.StartedBy);
        var desired = request.DesiredStatus ?? DesiredStatus.Running;
        if (request.ServiceName is not null && (request.Family is not null || request.StartedBy is not null))
            throw EcsErrors.InvalidParameterException(
                "Cannot filter by serviceName together with family or startedBy."
            );
        if (request.StartedBy is not null && (request.Family is not null || request.ContainerInstance is not null))
            throw EcsErrors.InvalidParameterException(
                "Cannot filter by startedBy together with family or containerInstance."
            );
        var service = request.ServiceName is { } name ? RequireService(view, cluster, name).Name : null;
        var instance = request.ContainerInstance is { } of ? RequireInstance(view, cluster, of).Id : null;

        var tasks = view.Range(EcsTables.Tasks, cluster.Key + "/", Paging.After(request.NextToken, request, context))
            .Where(task =>
                !task.IsHidden
                && request.DaemonName is null // There are no daemons of ECS Managed Instances, so no tasks of theirs.
                && task.DesiredStatus == desired
                && (service is null || task.Service == service)
                && (instance is null || task.ContainerInstance == instance)
                && (request.Family is null || task.Family == request.Family)
                && (request.StartedBy is null || task.StartedBy == request.StartedBy)
                && (request.LaunchType is null || task.LaunchType == request.LaunchType)
            );
        var (page, next) = PagingToken.Cut(tasks, size, task => task.Key, request, context);
        return Task.FromResult(
            new ListTasksResponse { TaskArns = [.. page.Select(task => task.Arn)], NextToken = next }
        );
    }

    /// <inheritdoc />
    public Task<StopTaskResponse> StopTaskAsync(
        StopTaskRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TaskRequests.ValidateTexts(reason: request.Reason);
        return _store.CommitAsync(
            transaction =>
            {
                var cluster = ClusterNames.Require(transaction, Scope.Of(context), request.Cluster);
                var task = TaskNames.Find(transaction, cluster, request.Task!)
                    ?? throw EcsErrors.InvalidParameterException("The referenced task was not found.");
                var stopping = task.IsStopped ? task : Stop(task, request.Reason ?? "Task stopped by user");
                transaction.Put(EcsTables.Tasks, stopping);
                return new StopTaskResponse { Task = TaskDescription.Of(transaction, stopping) };
            },
            cancellation
        );
    }

    // No agent has heard of a task that still waits.
    private TaskRecord Stop(TaskRecord task, string reason) =>
        task.IsWaiting
            ? TaskTransitions.End(task, TaskStopCode.UserInitiated, reason, Now)
            : TaskTransitions.RequestStop(task, TaskStopCode.UserInitiated, reason, Now);
}
