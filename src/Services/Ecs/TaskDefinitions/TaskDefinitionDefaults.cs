using System.Globalization;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.TaskDefinitions;

/// <summary>
/// Turns a registration into the definition that <c>DescribeTaskDefinition</c> shows: what was left out is filled in as
/// ECS does.
/// </summary>
internal static class TaskDefinitionDefaults
{
    /// <summary>The definition, without revision, status and what is derived from it.</summary>
    /// <exception cref="Contracts.AwsException"><c>ClientException</c>: the task's CPU or memory cannot be
    /// read.</exception>
    internal static TaskDefinition Fill(RegisterTaskDefinitionRequest request) =>
        new()
        {
            Family = request.Family,
            TaskRoleArn = request.TaskRoleArn,
            ExecutionRoleArn = request.ExecutionRoleArn,
            NetworkMode = request.NetworkMode,
            ContainerDefinitions =
            [
                .. (request.ContainerDefinitions ?? []).Select(container => Fill(container, request.NetworkMode)),
            ],
            Volumes = [.. (request.Volumes ?? []).Select(Fill)],
            PlacementConstraints = request.PlacementConstraints ?? [],
            RequiresCompatibilities = request.RequiresCompatibilities,
            Cpu = TaskSize.Cpu(request.Cpu)?.ToString(CultureInfo.InvariantCulture),
            Memory = TaskSize.Memory(request.Memory)?.ToString(CultureInfo.InvariantCulture),
            PidMode = request.PidMode,
            IpcMode = request.IpcMode,
            ProxyConfiguration = request.ProxyConfiguration,
            InferenceAccelerators = request.InferenceAccelerators is { Count: 0 }
                ? null
                : request.InferenceAccelerators,
            EphemeralStorage = request.EphemeralStorage,
            RuntimePlatform = request.RuntimePlatform,
            EnableFaultInjection = request.EnableFaultInjection,
        };

    private static ContainerDefinition Fill(ContainerDefinition container, string? networkMode) =>
        container with
        {
            Cpu = container.Cpu ?? 0,
            Essential = container.Essential ?? true,
            PortMappings = [.. (container.PortMappings ?? []).Select(mapping => Fill(mapping, networkMode))],
            Environment = container.Environment ?? [],
            MountPoints = container.MountPoints ?? [],
            VolumesFrom = container.VolumesFrom ?? [],
            SystemControls = container.SystemControls ?? [],
            HealthCheck = container.HealthCheck is { } check
                ? check with
                {
                    Interval = check.Interval ?? 30,
                    Timeout = check.Timeout ?? 5,
                    Retries = check.Retries ?? 3,
                }
                : null,
        };

    // In the modes where the container has the host's ports, or an interface of its own, the host port is the
    // container's ("PortMapping", API reference).
    private static PortMapping Fill(PortMapping mapping, string? networkMode) =>
        mapping with
        {
            Protocol = mapping.Protocol ?? TransportProtocol.Tcp,
            HostPort = mapping.HostPort
                ?? (
                    mapping.ContainerPortRange is not null ? null
                    : networkMode is NetworkMode.Host or NetworkMode.Awsvpc ? mapping.ContainerPort
                    : 0
                ),
        };

    private static Volume Fill(Volume volume)
    {
        if (volume.DockerVolumeConfiguration is { } docker)
            return volume with
            {
                DockerVolumeConfiguration = docker with
                {
                    Scope = docker.Scope ?? Contracts.Ecs.Scope.Task,
                    Driver = docker.Driver ?? "local",
                },
            };
        if (volume.EfsVolumeConfiguration is { } efs)
            return volume with { EfsVolumeConfiguration = efs with { RootDirectory = efs.RootDirectory ?? "/" } };
        return
            volume.S3filesVolumeConfiguration is null
            && volume.FsxWindowsFileServerVolumeConfiguration is null
            && volume.ConfiguredAtLaunch != true
            ? volume with
            {
                Host = volume.Host ?? new HostVolumeProperties(),
            }
            : volume;
    }
}
