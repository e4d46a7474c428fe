using System.Globalization;
using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>What is left of a container: limits, Linux parameters, timeouts, restarts, and resources.</summary>
internal static class RuntimeChecks
{
    private const int LeastTimeout = 2;
    private const int MostIgnoredExitCodes = 50;

    private static readonly HashSet<string> Capabilities = new(StringComparer.Ordinal)
    {
        "ALL",
        "AUDIT_CONTROL",
        "AUDIT_WRITE",
        "BLOCK_SUSPEND",
        "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH",
        "FOWNER",
        "FSETID",
        "IPC_LOCK",
        "IPC_OWNER",
        "KILL",
        "LEASE",
        "LINUX_IMMUTABLE",
        "MAC_ADMIN",
        "MAC_OVERRIDE",
        "MKNOD",
        "NET_ADMIN",
        "NET_BIND_SERVICE",
        "NET_BROADCAST",
        "NET_RAW",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_CHROOT",
        "SYS_MODULE",
        "SYS_NICE",
        "SYS_PACCT",
        "SYS_PTRACE",
        "SYS_RAWIO",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "SYSLOG",
        "WAKE_ALARM",
    };

    internal static void Check(ContainerDefinition container)
    {
        foreach (var limit in container.Ulimits ?? [])
            if (limit.SoftLimit > limit.HardLimit && limit.HardLimit >= 0)
                throw ClientException($"Soft limit exceeds hard limit for ulimit {limit.Name}");

        if (container.LinuxParameters is { } linux)
            CheckLinux(container, linux);
        CheckTimeouts(container);
        if (container.RestartPolicy is { } policy)
            CheckRestart(container, policy);
        CheckResources(container);
        foreach (var control in container.SystemControls!)
            if (string.IsNullOrEmpty(control.Namespace) || string.IsNullOrEmpty(control.Value))
                throw ClientException(
                    $"Invalid 'systemControls' setting for container '{container.Name}'. The namespace and value "
                        + "should not be null or empty."
                );
    }

    /// <summary>The GPUs that the container wants for itself.</summary>
    internal static void CheckResources(ContainerDefinition container)
    {
        if (container.ResourceRequirements?.Any(requirement => requirement.SharingStrategy is not null) == true)
            throw UnsupportedFeatureException(
                "Estiba does not share GPUs among containers. Leave sharingStrategy out."
            );
        foreach (var requirement in container.ResourceRequirements ?? [])
            if (
                requirement.Type == ResourceType.Gpu
                && (
                    !int.TryParse(requirement.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                    || count < 1
                )
            )
                throw ClientException(
                    $"Invalid 'resourceRequirements' setting for container '{container.Name}'. The value of GPU "
                        + "must be a positive integer."
                );
    }

    private static void CheckLinux(ContainerDefinition container, LinuxParameters linux)
    {
        foreach (var capability in (linux.Capabilities?.Add ?? []).Concat(linux.Capabilities?.Drop ?? []))
            if (!Capabilities.Contains(capability))
                throw ClientException($"Unrecognized capability {capability}");
        foreach (var mount in linux.Tmpfs ?? [])
            if (mount.Size < 1 || string.IsNullOrEmpty(mount.ContainerPath))
                throw ClientException($"Invalid 'tmpfs' setting for container '{container.Name}'.");
        if (linux.SharedMemorySize < 1)
            throw ClientException($"Invalid 'sharedMemorySize' setting for container '{container.Name}'.");
        if (linux.MaxSwap < 0)
            throw ClientException($"Invalid 'maxSwap' setting for container '{container.Name}'.");
        if (linux.Swappiness is < 0 or > 100)
            throw ClientException($"Invalid 'swappiness' setting for container '{container.Name}'.");
    }

    private static void CheckTimeouts(ContainerDefinition container)
    {
        if (container.StartTimeout < LeastTimeout)
            throw ClientException(
                $"Granular start timeout on container '{container.Name}' must be at least {LeastTimeout} seconds."
            );
        if (container.StopTimeout < LeastTimeout)
            throw ClientException(
                $"Granular stop timeout on container '{container.Name}' must be at least {LeastTimeout} seconds."
            );
    }

    private static void CheckRestart(ContainerDefinition container, ContainerRestartPolicy policy)
    {
        if (policy.RestartAttemptPeriod is < 60 or > 1800)
            throw ClientException(
                $"the 'restartAttemptPeriod' setting for container '{container.Name}' must be between 60 and 1800"
            );
        if (policy.IgnoredExitCodes?.Count > MostIgnoredExitCodes)
            throw ClientException(
                $"the 'ignoredExitCodes' setting for container '{container.Name}' must have at most "
                    + $"{MostIgnoredExitCodes} exit codes"
            );
    }
}
