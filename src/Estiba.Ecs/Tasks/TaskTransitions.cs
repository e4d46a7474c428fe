using Estiba.Contracts.Ecs;
using Estiba.Ecs.Scheduling;
using Estiba.Ecs.Services;
using Estiba.State;

namespace Estiba.Ecs.Tasks;

/// <summary>The changes of a task's life, so that every caller makes them alike.</summary>
internal static class TaskTransitions
{
    /// <summary>The task, asked to stop. The first reason given counts.</summary>
    internal static TaskRecord RequestStop(TaskRecord task, string code, string reason, DateTimeOffset now) =>
        task.DesiredStatus == DesiredStatus.Stopped
            ? task
            : task with
            {
                DesiredStatus = DesiredStatus.Stopped,
                StoppingAt = task.StoppingAt ?? now,
                StopCode = task.StopCode ?? code,
                StoppedReason = task.StoppedReason ?? reason,
                Version = task.Version + 1,
            };

    /// <summary>The task on its container instance.</summary>
    internal static TaskRecord Place(TaskRecord task, PlacementChoice choice) => task with
    {
        LastStatus = TaskStatus.Pending,
        ContainerInstance = choice.Instance.Id,
        AvailabilityZone = choice.Instance.Attribute("ecs.availability-zone"),
        Containers = choice.Gpus.Count == 0 ? task.Containers : WithGpus(task, choice.Gpus),
        Version = task.Version + 1,
    };

    private static List<Container> WithGpus(TaskRecord task, IReadOnlyList<string> gpus)
    {
        var next = 0;
        return [.. task.Containers.Zip(task.Resources.ContainerGpus, (container, count) =>
            count == 0 ? container : container with { GpuIds = [.. gpus.Skip((next += count) - count).Take(count)] })];
    }

    /// <summary>Writes a task that runs; its service may start tasks freely again.</summary>
    internal static void Run(Transaction transaction, TaskRecord task, DateTimeOffset now)
    {
        var first = task.StartedAt is null;
        transaction.Put(EcsTables.Tasks, task with { LastStatus = TaskStatus.Running, StartedAt = task.StartedAt ?? now, ConnectivityAt = task.ConnectivityAt ?? now, Version = task.Version + 1 });
        if (first && ServiceOf(transaction, task) is { FailedStarts: > 0 } service && service.Primary.Id == task.StartedBy)
            transaction.Put(EcsTables.Services, service with { FailedStarts = 0, NextStartAt = null });
    }

    /// <summary>Writes a task that has ended; what it held is free, and its service counts it when it never ran.</summary>
    internal static void Stop(Transaction transaction, TaskRecord task, string code, string reason, EcsIds ids, DateTimeOffset now)
    {
        var asked = task.DesiredStatus == DesiredStatus.Stopped;
        transaction.Put(EcsTables.Tasks, RequestStop(task, code, reason, now) with
        {
            LastStatus = TaskStatus.Stopped,
            StoppedAt = now,
            ExecutionStoppedAt = task.ExecutionStoppedAt ?? (task.StartedAt is null ? null : now),
            Containers = [.. task.Containers.Select(container => container with { LastStatus = TaskStatus.Stopped })],
            Version = task.Version + 1,
        });
        if (!asked && task.StartedAt is null) CountFailedStart(transaction, task, ids, now);
    }

    private static void CountFailedStart(Transaction transaction, TaskRecord task, EcsIds ids, DateTimeOffset now)
    {
        if (ServiceOf(transaction, task) is not { } service) return;
        var deployments = service.Deployments.Select(deployment => deployment.Id == task.StartedBy ? deployment with { FailedTasks = deployment.FailedTasks + 1, UpdatedAt = now } : deployment);
        service = service with { Deployments = [.. deployments], IsSteady = false };
        if (service.Primary.Id == task.StartedBy)
        {
            var failures = service.FailedStarts + 1;
            service = service with { FailedStarts = failures, NextStartAt = now + StartBackOff.After(failures) };
            if (failures == StartBackOff.Noteworthy) service = ServiceEvents.Add(transaction, service, ids, now, ServiceEvents.FailingToStart);
        }

        transaction.Put(EcsTables.Services, service);
    }

    private static ServiceRecord? ServiceOf(View view, TaskRecord task) =>
        task.Service is null ? null : view.Find(EcsTables.Services, ServiceRecord.KeyOf(task.Scope, task.Cluster, task.Service));
}
