using Estiba.Agent.Engines;
using Estiba.Agent.Tasks;

namespace Estiba.Agent;

/// <summary>Removes everything that an instance has in an engine, as brutally as a power cut would end it.</summary>
public static class PowerCut
{
    private const int Concurrency = 16;

    /// <summary>Kills and removes the containers of an instance, and the volumes of its tasks.</summary>
    /// <param name="engine">Where they are.</param>
    /// <param name="instanceId">Whose.</param>
    /// <param name="cancellation">Leaves the rest.</param>
    /// <exception cref="EngineException">The engine did not answer, or refused one of them.</exception>
    public static async Task RemoveEverythingAsync(IContainerEngine engine, string instanceId, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(engine);
        string[] labels = [$"{ContainerNaming.InstanceLabel}={instanceId}"];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation };
        await Parallel.ForEachAsync(
            await engine.ListContainersAsync(labels, cancellation), parallel, async (container, token) => await engine.RemoveContainerAsync(container.Id, force: true, token));
        await Parallel.ForEachAsync(
            await engine.ListVolumesAsync(labels, cancellation), parallel, async (volume, token) => await engine.RemoveVolumeAsync(volume.Name, token));
    }
}
