using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Services.TaskSets;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>
/// A service and its rollout that are being changed in one transaction: each of the two is written once at the end, if
/// it has changed.
/// </summary>
internal sealed class ServiceEdit
{
    private readonly ServiceRecord _serviceBefore;
    private readonly ServiceRolloutRecord _rolloutBefore;

    internal ServiceEdit(Transaction transaction, ServiceRecord service, EcsIds ids, DateTimeOffset now)
    {
        Transaction = transaction;
        Ids = ids;
        Now = now;
        Service = _serviceBefore = service;
        Rollout = _rolloutBefore = ServiceRolloutRecord.Of(transaction, service.Key);
    }

    /// <summary>The transaction.</summary>
    internal Transaction Transaction { get; }

    /// <summary>Makes the ids of what is new.</summary>
    internal EcsIds Ids { get; }

    /// <summary>The time of the change.</summary>
    internal DateTimeOffset Now { get; }

    /// <summary>The service as it is now.</summary>
    internal ServiceRecord Service { get; set; }

    /// <summary>Its rollout as it is now.</summary>
    internal ServiceRolloutRecord Rollout { get; set; }

    /// <summary>The task set that events are about, by id; null for the service itself.</summary>
    internal string? TaskSet { get; set; }

    /// <summary>Whether the next step is larger than one commit should be, and goes on in another.</summary>
    internal bool IsContinued { get; set; }

    /// <summary>The task's service, to be changed; null when it has none.</summary>
    internal static ServiceEdit? Of(Transaction transaction, TaskRecord task, EcsIds ids, DateTimeOffset now) =>
        task.Service is { } name
        && transaction.Find(EcsTables.Services, ServiceRecord.KeyOf(task.Scope, task.Cluster, name)) is { } service
            ? new ServiceEdit(transaction, service, ids, now)
            : null;

    /// <summary>Adds an event to the service's history.</summary>
    internal void AddEvent(string message) => ServiceEvents.Add(Transaction, Service, Ids, Now, message, TaskSet);

    /// <summary>
    /// Changes one of the service's deployments, by id, also where it is kept to go back to; without effect when it is
    /// gone.
    /// </summary>
    internal void Change(string deployment, Func<DeploymentRecord, DeploymentRecord> change)
    {
        DeploymentRecord Changed(DeploymentRecord candidate) =>
            candidate.Id == deployment ? change(candidate) with { UpdatedAt = Now } : candidate;
        Rollout = Rollout with
        {
            Deployments = [.. Rollout.Deployments.Select(Changed)],
            LastCompleted = Rollout.LastCompleted is { } last ? Changed(last) : null,
        };
    }

    /// <summary>Changes one of the service's task sets, by id; without effect when it is gone.</summary>
    internal void Change(string taskSet, Func<TaskSetRecord, TaskSetRecord> change) =>
        Rollout = Rollout with
        {
            TaskSets =
            [
                .. Rollout.TaskSets.Select(candidate => candidate.Id == taskSet ? change(candidate) : candidate),
            ],
        };

    /// <summary>Writes what has changed.</summary>
    internal void Save()
    {
        if (!ReferenceEquals(Service, _serviceBefore))
            Transaction.Put(EcsTables.Services, Service);
        if (!ReferenceEquals(Rollout, _rolloutBefore))
            Transaction.Put(EcsTables.ServiceRollouts, Rollout);
    }
}
