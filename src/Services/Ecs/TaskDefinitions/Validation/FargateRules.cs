using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>
/// What a task definition must and must not have to be compatible with Fargate ("Task definition differences for
/// Fargate").
/// </summary>
/// <remarks>Definitions are checked and kept; there is no Fargate to run them yet.</remarks>
internal static class FargateRules
{
    private const int LongestStopTimeout = 120;

    private static readonly Dictionary<int, int[]> Memories = new()
    {
        [256] = [512, 1024, 2048],
        [512] = Steps(1024, 4096, 1024),
        [1024] = Steps(2048, 8192, 1024),
        [2048] = Steps(4096, 16_384, 1024),
        [4096] = Steps(8192, 30_720, 1024),
        [8192] = Steps(16_384, 61_440, 4096),
        [16_384] = Steps(32_768, 122_880, 8192),
    };

    /// <summary>Why it is not compatible, in ECS's words; null when it is.</summary>
    internal static string? FirstObstacle(TaskDefinition definition) =>
        OfTask(definition)
        ?? OfVolumes(definition)
        ?? definition
            .ContainerDefinitions!.Select(container => OfContainer(container, definition.ExecutionRoleArn))
            .FirstOrDefault(reason => reason is not null);

    private static string? OfTask(TaskDefinition definition)
    {
        if (definition.NetworkMode != NetworkMode.Awsvpc)
            return "Fargate only supports network mode ‘awsvpc’.";
        if (definition.Cpu is null)
            return "Fargate requires that 'cpu' be defined at the task level.";
        if (definition.Memory is null)
            return "Fargate requires that 'memory' be defined at the task level.";
        var cpu = TaskSize.Cpu(definition.Cpu)!.Value;
        var memory = TaskSize.Memory(definition.Memory)!.Value;
        var isWindows =
            definition.RuntimePlatform?.OperatingSystemFamily?.StartsWith("WINDOWS", StringComparison.Ordinal) == true;
        if (
            !Memories.TryGetValue(cpu, out var memories)
            || !memories.Contains(memory)
            || (isWindows && cpu is < 1024 or > 4096)
        )
            return $"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See the Amazon "
                + "ECS documentation for the valid values.";
        if (definition.IpcMode is not null)
            return "Tasks using the Fargate launch type do not support ipcMode.";
        if (definition.PidMode == PidMode.Host)
            return "Tasks using the Fargate launch type do not support pidMode 'host'.";
        return definition.PlacementConstraints is { Count: > 0 }
            ? "Fargate does not support task placement constraints."
            : null;
    }

    private static string? OfVolumes(TaskDefinition definition)
    {
        if (definition.Volumes!.Any(volume => volume.Host?.SourcePath is not null))
            return "Fargate compatible task definitions do not support sourcePath";
        return definition.Volumes!.Any(volume => volume.DockerVolumeConfiguration is not null)
            ? "Fargate compatible task definitions do not support dockerVolumeConfiguration"
            : null;
    }

    private static string? OfContainer(ContainerDefinition container, string? executionRole)
    {
        if (container.Privileged == true)
            return "Fargate requires that the 'privileged' setting be 'false'.";
        if (container.DockerSecurityOptions is { Count: > 0 })
            return "Fargate compatible task definitions do not support dockerSecurityOptions";
        if (container.ResourceRequirements is { Count: > 0 })
            return "Fargate compatible task definitions do not support resourceRequirements";
        if (container.StopTimeout > LongestStopTimeout)
            return "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds.";
        return OfLinux(container.LinuxParameters) ?? OfRoles(container, executionRole);
    }

    private static string? OfLinux(LinuxParameters? linux)
    {
        if (linux is null)
            return null;
        if (linux.Devices is { Count: > 0 })
            return "Fargate compatible task definitions do not support devices";
        if (linux.SharedMemorySize is not null)
            return "Fargate compatible task definitions do not support sharedMemorySize";
        if (linux.Tmpfs is { Count: > 0 })
            return "Fargate compatible task definitions do not support tmpfs";
        if (linux.MaxSwap is not null)
            return "Fargate compatible task definitions do not support maxSwap";
        if (linux.Swappiness is not null)
            return "Fargate compatible task definitions do not support swappiness";
        return linux.Capabilities?.Add?.FirstOrDefault(capability => capability != "SYS_PTRACE") is { } added
            ? added + " is not allowed on Fargate."
            : null;
    }

    private static string? OfRoles(ContainerDefinition container, string? executionRole)
    {
        var driver = container.LogConfiguration?.LogDriver;
        if (driver is not (null or LogDriver.Awslogs or LogDriver.Splunk or LogDriver.Awsfirelens))
            return $"{driver} is not a valid log driver. Must be one of [awslogs, splunk, awsfirelens]";
        if (
            driver == LogDriver.Awslogs
            && container.LogConfiguration!.Options?.ContainsKey("awslogs-stream-prefix") != true
        )
            return "Fargate requires log configuration options to include awslogs-stream-prefix to support log "
                + "driver awslogs.";
        if (executionRole is not null)
            return null;
        if (driver == LogDriver.Awslogs)
            return "Fargate requires task definition to have execution role ARN to support log driver awslogs.";
        return EcrImage.IsMatch(container.Image!)
            ? "Fargate requires task definition to have execution role ARN to support ECR images."
            : null;
    }

    private static int[] Steps(int first, int last, int step) =>
        [.. Enumerable.Range(0, ((last - first) / step) + 1).Select(number => first + (number * step))];
}
