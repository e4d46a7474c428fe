using Estiba.State;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>Counts the tasks of a deployment that fail one after another; the service waits longer after each, and its circuit breaker may trip.</summary>
internal static class DeploymentFailures
{
    /// <summary>One more task of the service has failed to start or failed its health checks.</summary>
    internal static void Count(ServiceEdit edit, TaskRecord task)
    {
        edit.Service = edit.Service with { IsSteady = false };
        Set(edit, task.StartedBy!, failures => failures + 1);
        if (!IsStarting(edit.Service, task.StartedBy!)) return;

        var failures = Of(edit.Service, task.StartedBy!)!.FailedTasks;
        edit.Service = edit.Service with { NextStartAt = edit.Now + StartBackOff.After(failures) };
        if (failures == StartBackOff.Noteworthy) edit.Say(ServiceEvents.FailingToStart);
    }

    /// <summary>A task of the service ran, and ended by itself soon after. Its deployment counts no failure, as in ECS; the service waits longer after each but the first.</summary>
    internal static void CountShortLife(ServiceEdit edit, TaskRecord task)
    {
        var service = edit.Service;
        if (!IsStarting(service, task.StartedBy!) || StartBackOff.Until(service, edit.Now) is not null) return;
        var lives = edit.Now - service.ShortLifeAt > StartBackOff.Forgotten ? 1 : service.ShortLives + 1;
        edit.Service = service with { ShortLives = lives, ShortLifeAt = edit.Now, NextStartAt = lives > 1 ? edit.Now + StartBackOff.After(lives - 1) : null };
        if (lives == StartBackOff.Noteworthy) edit.Say(ServiceEvents.FailingToStart);
    }

    /// <summary>A task of the service has become healthy.</summary>
    internal static void Forget(ServiceEdit edit, TaskRecord task)
    {
        if (Of(edit.Service, task.StartedBy!) is not { FailedTasks: > 0, HasFailed: false }) return;
        Set(edit, task.StartedBy!, _ => 0);
        if (IsStarting(edit.Service, task.StartedBy!)) edit.Service = edit.Service with { NextStartAt = null };
    }

    /// <summary>The task's service, to be changed; null when it has none.</summary>
    internal static ServiceEdit? EditOf(Transaction transaction, TaskRecord task, EcsIds ids, DateTimeOffset now) =>
        task.Service is { } name && transaction.Find(EcsTables.Services, ServiceRecord.KeyOf(task.Scope, task.Cluster, name)) is { } service
            ? new ServiceEdit(transaction, service, ids, now)
            : null;

    // A task was started by one of the service's deployments, or by one of its task sets.
    private static DeploymentRecord? Of(ServiceRecord service, string id) =>
        service.Deployments.Concat(service.TaskSets.Select(set => set.Deployment)).FirstOrDefault(deployment => deployment.Id == id);

    private static bool IsStarting(ServiceRecord service, string id) => service.IsExternal || service.Primary.Id == id;

    private static void Set(ServiceEdit edit, string id, Func<int, int> failures)
    {
        edit.Change(id, (DeploymentRecord deployment) => deployment with { FailedTasks = failures(deployment.FailedTasks) });
        edit.Change(id, (TaskSetRecord set) => set with { Deployment = set.Deployment with { FailedTasks = failures(set.Deployment.FailedTasks) } });
    }
}
