using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>A service that is being changed in one transaction: what is said of it and done to it is put down together at the end.</summary>
internal sealed class ServiceEdit(Transaction transaction, ServiceRecord service, EcsIds ids, DateTimeOffset now)
{
    private readonly ServiceRecord _before = service;

    /// <summary>The transaction.</summary>
    internal Transaction Transaction => transaction;

    /// <summary>Makes the ids of what is new.</summary>
    internal EcsIds Ids => ids;

    /// <summary>The time of the change.</summary>
    internal DateTimeOffset Now => now;

    /// <summary>The service as it is now.</summary>
    internal ServiceRecord Service { get; set; } = service;

    /// <summary>The task set that events are about, by id; null for the service itself.</summary>
    internal string? TaskSet { get; set; }

    /// <summary>Adds an event to the service's history.</summary>
    internal void Say(string message) => Service = ServiceEvents.Add(transaction, Service, ids, now, message, TaskSet);

    /// <summary>Changes one of the service's deployments, by id; without effect when it is gone.</summary>
    internal void Change(string deployment, Func<DeploymentRecord, DeploymentRecord> change) => Service = Service with
    {
        Deployments = [.. Service.Deployments.Select(candidate => candidate.Id == deployment ? change(candidate) with { UpdatedAt = now } : candidate)],
    };

    /// <summary>Changes one of the service's task sets, by id; without effect when it is gone.</summary>
    internal void Change(string taskSet, Func<TaskSetRecord, TaskSetRecord> change) => Service = Service with
    {
        TaskSets = [.. Service.TaskSets.Select(candidate => candidate.Id == taskSet ? change(candidate) : candidate)],
    };

    /// <summary>Writes the service, if it has changed.</summary>
    internal void Save()
    {
        if (!ReferenceEquals(Service, _before)) transaction.Put(EcsTables.Services, Service);
    }
}
