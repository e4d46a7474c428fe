using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.TaskDefinitions;

/// <summary>What a definition wants of its host that only some hosts allow.</summary>
internal static class TaskHostNeeds
{
    private const string Socket = "unix://";

    internal static HostNeeds Of(TaskDefinition definition)
    {
        var (kinds, paths) = (
            Kinds(definition).Distinct(StringComparer.Ordinal).ToList(),
            Paths(definition).Distinct(StringComparer.Ordinal).ToList()
        );
        return kinds.Count + paths.Count == 0 ? HostNeeds.Nothing : new HostNeeds(kinds, paths);
    }

    private static IEnumerable<string> Kinds(TaskDefinition definition)
    {
        if (definition.NetworkMode == NetworkMode.Host)
            yield return HostAccess.Network;
        if (definition.PidMode == PidMode.Host)
            yield return HostAccess.Pid;
        if (definition.IpcMode == IpcMode.Host)
            yield return HostAccess.Ipc;
        foreach (var container in definition.ContainerDefinitions ?? [])
        {
            if (container.Privileged == true || (container.DockerSecurityOptions ?? []).Any(HostNeeds.IsUnconfined))
                yield return HostAccess.Privileged;
            if (container.LinuxParameters?.Devices is { Count: > 0 })
                yield return HostAccess.Devices;
            if (HostNeeds.AreUnusual(container.LinuxParameters?.Capabilities?.Add ?? []))
                yield return HostAccess.Capabilities;
        }
    }

    private static IEnumerable<string> Paths(TaskDefinition definition)
    {
        foreach (var volume in definition.Volumes ?? [])
        {
            if (volume.Host?.SourcePath is { Length: > 0 } path)
                yield return path;
            if (
                volume.DockerVolumeConfiguration is { } docker
                && HostNeeds.PathOf(docker.Driver, docker.DriverOpts) is { } mounted
            )
                yield return mounted;
        }

        // A log driver of the engine speaks to sockets of the host.
        foreach (
            var value in (definition.ContainerDefinitions ?? []).SelectMany(container =>
                container.LogConfiguration?.Options?.Values ?? []
            )
        )
            if (value.StartsWith(Socket, StringComparison.OrdinalIgnoreCase))
                yield return value[Socket.Length..];
    }
}
