using System.Globalization;
using System.Text.Json.Nodes;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Agents;

/// <summary>The part of a container definition that concerns the host, in Docker's <c>HostConfig</c> form.</summary>
internal static class DockerHostConfig
{
    private const long Mebibyte = 1024 * 1024;

    /// <param name="container">The container's definition.</param>
    /// <param name="definition">The task's.</param>
    /// <param name="task">The task.</param>
    /// <param name="memory">The hard limit in MiB; null for none.</param>
    /// <param name="memoryReservation">The soft limit in MiB; null for none.</param>
    /// <param name="options">Where log drivers find the platform.</param>
    internal static JsonObject Of(
        ContainerDefinition container,
        TaskDefinition definition,
        TaskRecord task,
        int? memory,
        int? memoryReservation,
        EcsOptions options
    )
    {
        var host = new JsonObject { ["NetworkMode"] = definition.NetworkMode ?? NetworkMode.Bridge };
        host.Set("Dns", container.DnsServers);
        host.Set("DnsSearch", container.DnsSearchDomains);
        host.Set("ExtraHosts", container.ExtraHosts?.Select(entry => $"{entry.Hostname}:{entry.IpAddress}").ToList());
        host.Set("Privileged", container.Privileged);
        host.Set("ReadonlyRootfs", container.ReadonlyRootFilesystem);
        host.Set("SecurityOpt", container.DockerSecurityOptions?.Select(SecurityOption).ToList());

        // Limits that the definition leaves out are the engine's own, as on ECS: an engine that may not raise its
        // limits refuses to start a container with more.
        if (container.Ulimits is { Count: > 0 } limits)
            host["Ulimits"] = new JsonArray([.. limits.Select(UlimitOf)]);
        if (memoryReservation is { } soft)
            host["MemoryReservation"] = soft * Mebibyte;
        if (container.SystemControls is { Count: > 0 } controls)
            host["Sysctls"] = DockerText.Map(
                controls.Select(control => KeyValuePair.Create(control.Namespace!, control.Value!))
            );
        if (container.LogConfiguration is { } log)
            host["LogConfig"] = DockerLogConfig.Of(log, container.Name!, task, options);
        if (container.LinuxParameters is { } linux)
            Add(host, linux, memory);
        return host;
    }

    private static void Add(JsonObject host, LinuxParameters linux, int? memory)
    {
        host.Set("CapAdd", linux.Capabilities?.Add);
        host.Set("CapDrop", linux.Capabilities?.Drop);
        host.Set("Init", linux.InitProcessEnabled);
        if (linux.SharedMemorySize is { } shared)
            host["ShmSize"] = shared * Mebibyte;
        if (linux.Devices is { Count: > 0 } devices)
            host["Devices"] = new JsonArray([.. devices.Select(DeviceOf)]);
        if (linux.Tmpfs is { Count: > 0 } mounts)
            host["Tmpfs"] = DockerText.Map(
                mounts.Select(mount => KeyValuePair.Create(mount.ContainerPath!, TmpfsOptions(mount)))
            );

        // Docker's swap limit includes the memory; without one, swappiness has no meaning ("LinuxParameters", API
        // reference).
        if (linux.MaxSwap is not { } swap || memory is not { } limit)
            return;
        host["MemorySwap"] = (limit + (long)swap) * Mebibyte;
        if (linux.Swappiness is { } swappiness)
            host["MemorySwappiness"] = swappiness;
    }

    private static JsonObject UlimitOf(Ulimit limit) =>
        new()
        {
            ["Name"] = limit.Name,
            ["Soft"] = limit.SoftLimit ?? 0,
            ["Hard"] = limit.HardLimit ?? 0,
        };

    private static JsonObject DeviceOf(Device device) =>
        new()
        {
            ["PathOnHost"] = device.HostPath,
            ["PathInContainer"] = device.ContainerPath ?? device.HostPath,
            ["CgroupPermissions"] = device.Permissions is { Count: > 0 } permissions
                ? string.Concat(permissions.Select(permission => permission[0])) // read, write, mknod
                : "rwm",
        };

    private static string TmpfsOptions(Tmpfs mount) =>
        string.Join(
            ',',
            (string[])
                [
                    "size=" + ((mount.Size ?? 0) * Mebibyte).ToString(CultureInfo.InvariantCulture),
                    .. mount.MountOptions ?? [],
                ]
        );

    // ECS separates name and value with a colon, Docker with an equals sign; labels have colons of their own.
    private static string SecurityOption(string option)
    {
        var colon = option.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && !option.Contains('=', StringComparison.Ordinal)
            ? string.Concat(option.AsSpan(0, colon), "=", option.AsSpan(colon + 1))
            : option;
    }
}
