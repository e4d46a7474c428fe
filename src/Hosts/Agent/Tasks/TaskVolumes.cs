using System.Text.Json.Nodes;
using Estiba.Agent.Hosts;
using Estiba.Contracts.Acs;
using Estiba.Engines;

namespace Estiba.Agent.Tasks;

/// <summary>
/// A task's volumes: host paths are bound as they are, Docker volumes are created and, if they are the task's own,
/// removed with it.
/// </summary>
/// <remarks>
/// "Docker volumes", ECS developer guide: scope <c>task</c> lives with the task; scope <c>shared</c> stays, and is
/// created only with <c>autoprovision</c>. A host volume without a path is an empty one for the life of the task.
/// </remarks>
internal static class TaskVolumes
{
    private const string Shared = "shared";

    public static bool AreNeeded(AcsTask task) => task.Volumes?.Any(volume => NameOf(task, volume) is not null) == true;

    /// <summary>Creates what must exist before the first container.</summary>
    /// <exception cref="EngineException">With the reason, as AWS's agent words it.</exception>
    public static async Task PrepareAsync(
        AcsTask task,
        AgentOptions options,
        IContainerEngine engine,
        HostGuard guard,
        CancellationToken cancellation
    )
    {
        foreach (var volume in task.Volumes ?? [])
        {
            if (NameOf(task, volume) is not { } name)
                continue;

            var docker = volume.DockerVolumeConfiguration;
            var driver = docker?.Driver is { Length: > 0 } given ? given : "local";
            var driverOptions = guard.Checked(
                driver,
                docker?.DriverOpts ?? new Dictionary<string, string>(StringComparer.Ordinal)
            );
            if (docker?.Scope == Shared)
            {
                var existing = await engine.FindVolumeAsync(name, cancellation);
                if (existing is null && docker.Autoprovision != true)
                    throw new EngineException(
                        $"expected volume with name {name} is not found, and it is not autoprovisioned",
                        404
                    );
                if (existing is not null)
                {
                    if (existing.Driver != driver)
                        throw new EngineException(
                            $"expected volume {name} with driver {driver}, found one with driver {existing.Driver}",
                            409
                        );
                    continue;
                }
            }

            var labels = new Dictionary<string, string>(
                docker?.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal),
                StringComparer.Ordinal
            );
            if (docker?.Scope != Shared)
            {
                labels[ContainerNaming.TaskArnLabel] = task.Arn ?? "";
                labels[ContainerNaming.ClusterLabel] = options.Cluster;
                labels[ContainerNaming.InstanceLabel] = options.InstanceId;
                if (options.PlatformId is { } platform)
                    labels[ContainerNaming.PlatformLabel] = platform;
            }

            await engine.CreateVolumeAsync(
                new EngineVolume
                {
                    Name = name,
                    Driver = driver,
                    Options = driverOptions,
                    Labels = labels,
                },
                cancellation
            );
        }
    }

    /// <summary>The engine's volumes that end with the task.</summary>
    public static IEnumerable<string> OwnedBy(AcsTask task)
    {
        foreach (var volume in task.Volumes ?? [])
            if (volume.DockerVolumeConfiguration?.Scope != Shared && NameOf(task, volume) is { } name)
                yield return name;
    }

    /// <summary>The container's mount points in Docker's form <c>source:path[:ro]</c>.</summary>
    public static JsonArray Binds(AcsTask task, AcsContainer container)
    {
        var binds = new JsonArray();
        foreach (var mount in container.MountPoints ?? [])
        {
            var volume = task.Volumes?.FirstOrDefault(candidate => candidate.Name == mount.SourceVolume)
                ?? throw new EngineException(
                    $"Unable to resolve volume mounts; invalid volume name: {mount.SourceVolume}"
                );
            var source = NameOf(task, volume) ?? volume.Host!.SourcePath;
            binds.Add((JsonNode)$"{source}:{mount.ContainerPath}{(mount.ReadOnly == true ? ":ro" : "")}");
        }

        return binds;
    }

    /// <summary>The engine's name of a volume; null for a path of the host, which needs none.</summary>
    private static string? NameOf(AcsTask task, Volume volume)
    {
        if (volume.DockerVolumeConfiguration is { } docker)
            return docker.Scope == Shared ? volume.Name : ContainerNaming.VolumeNameOf(task, volume.Name ?? "");
        return volume.Host?.SourcePath is { Length: > 0 }
            ? null
            : ContainerNaming.VolumeNameOf(task, volume.Name ?? "");
    }
}
