using Estiba.Agent.Tasks;
using Estiba.Engines;

namespace Estiba.Agent;

/// <summary>Removes everything that an instance has in an engine, as brutally as a power cut would end it.</summary>
public static class PowerCut
{
    private const int Concurrency = 16;

    /// <summary>Kills and removes the containers of an instance, and the volumes of its tasks.</summary>
    /// <param name="engine">Where they are.</param>
    /// <param name="instanceId">Whose.</param>
    /// <param name="platformId">The platform that the instance is a part of; what bears another one's label is left
    /// alone.</param>
    /// <param name="cancellation">Leaves the rest.</param>
    /// <exception cref="EngineException">The engine did not answer, or refused one of them.</exception>
    public static async Task RemoveEverythingAsync(
        IContainerEngine engine,
        string instanceId,
        string? platformId,
        CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(engine);
        string[] labels = [$"{ContainerNaming.InstanceLabel}={instanceId}"];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation };
        var containers = await engine.ListContainersAsync(labels, cancellation);
        await Parallel.ForEachAsync(
            containers.Where(container => ContainerNaming.IsOf(container.Labels, platformId)),
            parallel,
            async (container, token) => await engine.RemoveContainerAsync(container.Id, force: true, token)
        );
        var volumes = await engine.ListVolumesAsync(labels, cancellation);
        await Parallel.ForEachAsync(
            volumes.Where(volume => ContainerNaming.IsOf(volume.Labels, platformId)),
            parallel,
            async (volume, token) => await engine.RemoveVolumeAsync(volume.Name, token)
        );
    }
}
