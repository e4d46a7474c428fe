using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs;

/// <content>Scale-in protection: scaling and deployments leave a protected task alone until it ends ("Protect your
/// Amazon ECS tasks from being terminated by scale-in events", developer guide).</content>
public sealed partial class EcsApi
{
    private const int MostTasksProtected = 10;
    private const int MostProtectionsAsked = 100;
    private const int LongestProtection = 2880;
    private const int DefaultProtection = 120;

    /// <inheritdoc />
    public Task<UpdateTaskProtectionResponse> UpdateTaskProtectionAsync(
        UpdateTaskProtectionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.Tasks is not { Count: > 0 } names)
            throw EcsErrors.InvalidParameterException("Tasks cannot be empty.");
        if (names.Count > MostTasksProtected)
            throw EcsErrors.InvalidParameterException($"Tasks cannot have more than {MostTasksProtected} items.");
        if (request.ExpiresInMinutes is < 1 or > LongestProtection)
            throw EcsErrors.InvalidParameterException($"expiresInMinutes must be between 1 and {LongestProtection}.");

        return _store.CommitAsync(
            transaction =>
            {
                var cluster = ClusterNames.Require(transaction, Scope.Of(context), request.Cluster);
                DateTimeOffset? until =
                    request.ProtectionEnabled == true
                        ? Now.AddMinutes(request.ExpiresInMinutes ?? DefaultProtection)
                        : null;
                var changed = new List<ProtectedTask>();
                var failures = new List<Failure>();
                foreach (var name in names)
                {
                    var task = TaskNames.Find(transaction, cluster, name);
                    if (WhyNotProtected(transaction, task, until is not null) is { } reason)
                    {
                        failures.Add(new Failure { Arn = task?.Arn ?? TaskArnOf(cluster, name), Reason = reason });
                        continue;
                    }

                    var updated = task! with { ProtectedUntil = until, Version = task.Version + 1 };
                    transaction.Put(EcsTables.Tasks, updated);
                    changed.Add(ProtectionOf(updated));
                }

                return new UpdateTaskProtectionResponse { ProtectedTasks = changed, Failures = failures };
            },
            cancellation
        );
    }

    /// <summary>
    /// The protection of the tasks that are named, or of all tasks of services in the cluster that are protected.
    /// </summary>
    public Task<GetTaskProtectionResponse> GetTaskProtectionAsync(
        GetTaskProtectionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var cluster = ClusterNames.Require(view, Scope.Of(context), request.Cluster);
        if (request.Tasks is not { Count: > 0 } names)
        {
            var all = view.Range(EcsTables.Tasks, cluster.Key + "/")
                .Where(task => task.IsWanted && task.IsProtected(Now))
                .Select(ProtectionOf);
            return Task.FromResult(new GetTaskProtectionResponse { ProtectedTasks = [.. all], Failures = [] });
        }

        if (names.Count > MostProtectionsAsked)
            throw EcsErrors.InvalidParameterException($"Tasks cannot have more than {MostProtectionsAsked} items.");
        var found = new List<ProtectedTask>();
        var failures = new List<Failure>();
        foreach (var name in names)
        {
            var task = TaskNames.Find(view, cluster, name);
            if (WhyNotProtected(view, task, enable: false) is { } reason)
                failures.Add(new Failure { Arn = task?.Arn ?? TaskArnOf(cluster, name), Reason = reason });
            else
                found.Add(ProtectionOf(task!));
        }

        return Task.FromResult(new GetTaskProtectionResponse { ProtectedTasks = found, Failures = failures });
    }

    /// <summary>
    /// The code of the failure ("API failure reasons", developer guide); null when nothing stands in the way.
    /// </summary>
    private static string? WhyNotProtected(View view, TaskRecord? task, bool enable)
    {
        if (task is null || task.IsStopped)
            return "MISSING";
        if (task.Service is not { } name)
            return "TASK_NOT_VALID";
        if (
            !enable
            || view.Find(EcsTables.Services, ServiceRecord.KeyOf(task.Scope, task.Cluster, name))
                is not { IsExternal: false } service
        )
            return null;

        // A task of an older deployment is about to be replaced.
        return ServiceRolloutRecord.Of(view, service.Key).Primary.Id == task.StartedBy ? null : "DEPLOYMENT_BLOCKED";
    }

    private ProtectedTask ProtectionOf(TaskRecord task) =>
        new()
        {
            TaskArn = task.Arn,
            ProtectionEnabled = task.IsProtected(Now),
            ExpirationDate = task.IsProtected(Now) ? task.ProtectedUntil : null,
        };

    private static string TaskArnOf(ClusterRecord cluster, string idOrArn) =>
        Arn.IsArn(idOrArn) ? idOrArn : cluster.Scope.Arn($"task/{cluster.Name}/{idOrArn}");
}
