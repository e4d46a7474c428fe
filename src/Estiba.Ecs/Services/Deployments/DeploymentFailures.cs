using Estiba.State;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>Counts the tasks of a deployment that fail one after another; the service waits longer after each, and its circuit breaker may trip.</summary>
internal static class DeploymentFailures
{
    /// <summary>One more task of the service has failed to start or failed its health checks.</summary>
    internal static void Count(ServiceEdit edit, TaskRecord task)
    {
        edit.Service = edit.Service with { IsSteady = false };
        edit.Change(task.StartedBy!, deployment => deployment with { FailedTasks = deployment.FailedTasks + 1 });
        if (edit.Service.Primary.Id != task.StartedBy) return;

        var failures = edit.Service.Primary.FailedTasks;
        edit.Service = edit.Service with { NextStartAt = edit.Now + StartBackOff.After(failures) };
        if (failures == StartBackOff.Noteworthy) edit.Say(ServiceEvents.FailingToStart);
    }

    /// <summary>A task of the service has become healthy.</summary>
    internal static void Forget(ServiceEdit edit, TaskRecord task)
    {
        if (edit.Service.Deployments.FirstOrDefault(deployment => deployment.Id == task.StartedBy) is not { FailedTasks: > 0, HasFailed: false }) return;
        edit.Change(task.StartedBy!, deployment => deployment with { FailedTasks = 0 });
        if (edit.Service.Primary.Id == task.StartedBy) edit.Service = edit.Service with { NextStartAt = null };
    }

    /// <summary>The task's service, to be changed; null when it has none.</summary>
    internal static ServiceEdit? EditOf(Transaction transaction, TaskRecord task, EcsIds ids, DateTimeOffset now) =>
        task.Service is { } name && transaction.Find(EcsTables.Services, ServiceRecord.KeyOf(task.Scope, task.Cluster, name)) is { } service
            ? new ServiceEdit(transaction, service, ids, now)
            : null;
}
