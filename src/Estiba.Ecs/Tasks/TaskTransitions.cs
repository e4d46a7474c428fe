using Estiba.Contracts.Ecs;
using Estiba.Ecs.Scheduling;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
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

    /// <summary>Writes a task that runs; if that alone makes it healthy, its service may start tasks freely again.</summary>
    internal static void Run(Transaction transaction, TaskRecord task, EcsIds ids, DateTimeOffset now)
    {
        var running = task with { LastStatus = TaskStatus.Running, StartedAt = task.StartedAt ?? now, ConnectivityAt = task.ConnectivityAt ?? now, Version = task.Version + 1 };
        transaction.Put(EcsTables.Tasks, running);
        if (running.IsHealthy && !task.IsHealthy) BecameHealthy(transaction, running, ids, now);
    }

    /// <summary>Tells the service of a task that has become healthy.</summary>
    internal static void BecameHealthy(Transaction transaction, TaskRecord task, EcsIds ids, DateTimeOffset now)
    {
        if (DeploymentFailures.EditOf(transaction, task, ids, now) is not { } edit) return;
        DeploymentFailures.Forget(edit, task);
        edit.Save();
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
        var isShort = task.StartedAt is { } started && code == TaskStopCode.EssentialContainerExited && now - started < StartBackOff.ShortLife;
        if (asked || (task.StartedAt is not null && !isShort) || DeploymentFailures.EditOf(transaction, task, ids, now) is not { } edit) return;
        if (isShort) DeploymentFailures.CountShortLife(edit, task);
        else DeploymentFailures.Count(edit, task);
        edit.Save();
    }
}
