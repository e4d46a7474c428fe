using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.State;

namespace Estiba.Ecs.Tasks;

/// <summary>The changes of a task's life, so that every caller makes them alike.</summary>
internal static class TaskTransitions
{
    private const int LongestReason = 1024;

    /// <summary>
    /// The task, asked to stop. The first reason given counts. One that target groups or registries have is taken
    /// off them first, before its containers hear of it.
    /// </summary>
    internal static TaskRecord RequestStop(TaskRecord task, string code, string reason, DateTimeOffset now) =>
        task.DesiredStatus == DesiredStatus.Stopped
            ? task
            : task with
            {
                DesiredStatus = DesiredStatus.Stopped,
                LastStatus =
                    task.LastStatus == TaskStatus.Running && (task.Targets ?? (object?)task.Registrations) is not null
                        ? TaskStatus.Deactivating
                        : task.LastStatus,
                StoppingAt = task.StoppingAt ?? now,
                StopCode = task.StopCode ?? code,
                StoppedReason = task.StoppedReason ?? Bounded(reason),
                Version = task.Version + 1,
            };

    /// <summary>A reason as far as it is kept: Amazon's agent cuts those of tasks and containers there.</summary>
    internal static string Bounded(string reason)
    {
        if (reason.Length <= LongestReason)
            return reason;
        return reason[..(char.IsHighSurrogate(reason[LongestReason - 1]) ? LongestReason - 1 : LongestReason)];
    }

    /// <summary>The task on its container instance.</summary>
    /// <param name="task">The task.</param>
    /// <param name="instance">Where it goes.</param>
    /// <param name="gpus">The ids of the GPUs that it gets, as many as it needs.</param>
    internal static TaskRecord Place(TaskRecord task, ContainerInstanceRecord instance, IReadOnlyList<string> gpus) =>
        (
            task with
            {
                LastStatus = TaskStatus.Pending,
                ContainerInstance = instance.Id,
                Placement = null,
                AvailabilityZone = instance.Attribute("ecs.availability-zone"),
                Containers = gpus.Count == 0 ? task.Containers : WithGpus(task, gpus),
                Version = task.Version + 1,
            }
        ).WithKeyOf(instance);

    private static List<Container> WithGpus(TaskRecord task, IReadOnlyList<string> gpus)
    {
        var next = 0;
        return
        [
            .. task.Containers.Zip(task.Resources.ContainerGpus, (container, count) =>
                count == 0 ? container : container with { GpuIds = [.. gpus.Skip((next += count) - count).Take(count)] }
            ),
        ];
    }

    /// <summary>The task, which runs.</summary>
    internal static TaskRecord Run(TaskRecord task, DateTimeOffset now) =>
        task with
        {
            LastStatus = TaskStatus.Running,
            StartedAt = task.StartedAt ?? now,
            ConnectivityAt = task.ConnectivityAt ?? now,
            Version = task.Version + 1,
        };

    /// <summary>The task, whose containers are stopped now if it was asked to stop, and no target group and no registry
    /// has it any more.</summary>
    internal static TaskRecord Deactivated(TaskRecord task) =>
        task.LastStatus == TaskStatus.Deactivating && task.HasLeft
            ? task with
            {
                LastStatus = TaskStatus.Stopping,
                Version = task.Version + 1,
            }
            : task;

    /// <summary>The task, which has ended; what it held is free.</summary>
    internal static TaskRecord End(TaskRecord task, string code, string reason, DateTimeOffset now) =>
        RequestStop(task, code, reason, now) with
        {
            LastStatus = TaskStatus.Stopped,
            Placement = null,
            StoppedAt = now,
            ExecutionStoppedAt = task.ExecutionStoppedAt ?? (task.StartedAt is null ? null : now),
            Containers = [.. task.Containers.Select(container => container with { LastStatus = TaskStatus.Stopped })],
            Version = task.Version + 1,
        };
}
