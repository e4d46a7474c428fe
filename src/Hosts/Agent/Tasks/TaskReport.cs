using Estiba.Contracts.Ecs;
using Estiba.Engines;

namespace Estiba.Agent.Tasks;

/// <summary>What the server is told of a task: the newest state always replaces what was not sent yet.</summary>
internal static class TaskReport
{
    /// <summary>
    /// The report for the task as it is; null while there is nothing to tell that the server does not know from its own
    /// payload.
    /// </summary>
    public static SubmitTaskStateChangeRequest? Of(TaskState task, string cluster)
    {
        var status = Status(task);
        if (
            status == TaskStatuses.Pending
            && Array.TrueForAll(task.Containers, container => container.Phase < ContainerPhase.Running)
        )
            return null;

        return new SubmitTaskStateChangeRequest
        {
            Cluster = cluster,
            Task = task.Arn,
            Status = status,
            Reason = task.StopReason,
            Containers = [.. task.Containers.Select((container, index) => Of(task, index, container))],
            PullStartedAt = task.PullStartedAt,
            PullStoppedAt = task.PullStoppedAt,
            StartedAt = task.StartedAt,
            ExecutionStoppedAt = task.ExecutionStoppedAt,
        };
    }

    public static string Status(TaskState task) =>
        task.IsStopped ? TaskStatuses.Stopped
        : task.HasRun ? TaskStatuses.Running
        : TaskStatuses.Pending;

    /// <summary>A container that its restart policy starts again counts as running in between.</summary>
    public static string Status(ContainerState container) =>
        container.IsStopped ? TaskStatuses.Stopped
        : container.Phase == ContainerPhase.Running || container.RestartCount > 0 ? TaskStatuses.Running
        : TaskStatuses.Pending;

    private static ContainerStateChange Of(TaskState task, int index, ContainerState container) =>
        new()
        {
            ContainerName = task.ContainerDefinition(index).Name,
            RuntimeId = container.Id,
            ImageDigest = container.ImageDigest,
            Status = Status(container),
            ExitCode = container.IsStopped ? container.ExitCode : null,
            Reason = container.Reason,
            NetworkBindings = Bindings(task, index, container),
        };

    private static List<NetworkBinding>? Bindings(TaskState task, int index, ContainerState container)
    {
        if (!container.WasStarted)
            return null;
        var mappings = task.ContainerDefinition(index).PortMappings ?? [];
        if (mappings.Count == 0)
            return null;

        // On the host's network every container port is the host's own.
        return task.Definition.NetworkMode == "host"
            ?
            [
                .. mappings
                    .Where(mapping => mapping.ContainerPort is > 0)
                    .Select(mapping => new NetworkBinding
                    {
                        BindIP = "0.0.0.0",
                        ContainerPort = mapping.ContainerPort,
                        HostPort = mapping.ContainerPort,
                        Protocol = mapping.Protocol ?? "tcp",
                    }),
            ]
            : PortBindings.Describe(mappings, container.Ports);
    }
}
