using Estiba.Agent.Tasks;
using Estiba.Engines;

namespace Estiba.Agent.Metadata;

/// <summary>Turns what the agent and the engine know of a task into what its containers are told. Pure.</summary>
internal static class TaskDescription
{
    /// <summary>
    /// "Agent versions >= 1.2.0: null, zero, and CPU values of 1 are passed to Docker as two CPU shares" (cpu, task
    /// definition parameters).
    /// </summary>
    private const int MinimumCpuUnits = 2;

    /// <summary>The task.</summary>
    /// <param name="task">As it is.</param>
    /// <param name="containers">Its containers, as far as they are there.</param>
    /// <param name="options">The agent's.</param>
    /// <param name="version">Of the endpoint.</param>
    public static TaskResponse Of(
        TaskState task,
        IReadOnlyList<ContainerResponse> containers,
        AgentOptions options,
        int version
    ) =>
        new()
        {
            Cluster = options.Cluster,
            TaskArn = task.Arn,
            Family = task.Definition.Family ?? "",
            Revision = task.Definition.Version ?? "",
            DesiredStatus = DesiredStatus(task),
            KnownStatus = KnownStatus(task),
            Containers = OrNull(containers),
            Limits = task.Definition is { Cpu: null, Memory: null }
                ? null
                : new LimitsResponse(task.Definition.Cpu, task.Definition.Memory),
            PullStartedAt = task.PullStartedAt?.UtcDateTime,
            PullStoppedAt = task.PullStoppedAt?.UtcDateTime,
            ExecutionStoppedAt = task.ExecutionStoppedAt?.UtcDateTime,
            AvailabilityZone = options.Attributes.GetValueOrDefault("ecs.availability-zone"),
            LaunchType = version == 4 ? task.Definition.LaunchType : null,
            VpcId = version == 4 ? options.Attributes.GetValueOrDefault("ecs.vpc-id") : null,
            ServiceName = version == 4 ? task.Definition.ServiceName : null,
            FaultInjectionEnabled = version == 4 ? false : null,
        };

    /// <summary>One container.</summary>
    /// <param name="task">Its task.</param>
    /// <param name="index">Which container of the definition.</param>
    /// <param name="seen">As the engine describes it; null when it does not have it (yet, or any more).</param>
    /// <param name="version">Of the endpoint.</param>
    public static ContainerResponse Of(TaskState task, int index, ContainerInspection? seen, int version)
    {
        var (container, definition) = (task.Containers[index], task.ContainerDefinition(index));
        var response = new ContainerResponse
        {
            DockerId = container.Id ?? "",
            Name = definition.Name ?? "",
            DockerName = container.EngineName,
            Image = definition.Image ?? "",
            ImageId = seen?.ImageId ?? "",
            Ports = OrNull(
                container
                    .Ports.Select(port => new PortResponse(
                        port.ContainerPort,
                        port.Protocol,
                        port.HostPort,
                        version == 4 ? port.HostAddress : null
                    ))
                    .ToList()
            ),
            Labels = seen is null ? null : OrNull(ContainerNaming.WithoutEndpoint(seen.Labels)),
            DesiredStatus = DesiredStatus(task),
            KnownStatus = KnownStatus(container),
            ExitCode = container.IsStopped ? container.ExitCode : null,
            Limits = new LimitsResponse(Math.Max(definition.Cpu ?? 0, MinimumCpuUnits), definition.Memory ?? 0),
            CreatedAt = seen?.CreatedAt.UtcDateTime,
            StartedAt = container.StartedAt?.UtcDateTime,
            FinishedAt = container.FinishedAt?.UtcDateTime,
            Type = "NORMAL",
            Health = HealthOf(definition, container),
            Volumes = OrNull(
                (seen?.Mounts ?? [])
                    .Select(mount => new VolumeResponse(Text(mount.Name), Text(mount.Source), Text(mount.Destination)))
                    .ToList()
            ),
            Networks = seen is null ? null : NetworksOf(seen),
        };
        if (version < 4)
            return response;

        var docker = new ContainerDefinition(task.Definition, definition);
        return response with
        {
            LogDriver = Text(docker.LogDriver),
            LogOptions = OrNull(docker.LogOptions),
            ContainerArn = definition.ContainerArn,
            RestartCount = definition.RestartPolicy?.Enabled == true ? container.RestartCount : null,
        };
    }

    private static string DesiredStatus(TaskState task) =>
        task.StopWanted ? TaskStatuses.Stopped : TaskStatuses.Running;

    /// <summary>A task is as far as the container that is least far.</summary>
    private static string KnownStatus(TaskState task) =>
        task.IsStopped ? TaskStatuses.Stopped
        : task.HasRun ? TaskStatuses.Running
        : KnownStatus(task.Containers.MinBy(container => container.Phase)!);

    private static string KnownStatus(ContainerState container) => container.Phase.ToString().ToUpperInvariant();

    private static HealthResponse? HealthOf(AcsContainer definition, ContainerState container) =>
        definition.HealthCheckType is not { Length: > 0 }
            ? null
            : new HealthResponse(
                container.HealthStatus,
                container.HealthSince?.UtcDateTime,
                Text(container.HealthOutput)
            );

    private static List<NetworkResponse> NetworksOf(ContainerInspection seen) =>
        seen.Addresses.Count > 0
            ? [.. seen.Addresses.Select(network => new NetworkResponse(network.Key, [network.Value]))]
            : [new NetworkResponse(seen.NetworkMode, [""])];

    private static IReadOnlyList<T>? OrNull<T>(IReadOnlyList<T> list) => list.Count == 0 ? null : list;

    private static IReadOnlyDictionary<string, string>? OrNull(IReadOnlyDictionary<string, string> map) =>
        map.Count == 0 ? null : map;

    private static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
