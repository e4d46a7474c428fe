using Estiba.Contracts.Ecs;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>How a service with the placement strategy <c>binpack</c> packs its tasks.</summary>
/// <param name="AcrossZones">Whether zones do not matter: nothing comes before the packing.</param>
/// <param name="RemainingOn">What a container instance, by id, has left of the resource that is packed.</param>
/// <param name="SizeOf">What a task takes of it.</param>
internal sealed record TaskPacking(bool AcrossZones, Func<string, long> RemainingOn, Func<TaskRecord, long> SizeOf)
{
    /// <summary>The packing of a service; null when it has none.</summary>
    internal static TaskPacking? Of(View view, ServiceRecord service)
    {
        var strategies = service.Settings.PlacementStrategy ?? [];
        if (strategies.FirstOrDefault(strategy => strategy.Type == PlacementStrategyType.Binpack) is not { } binpack)
            return null;
        var isCpu = string.Equals(binpack.Field, "cpu", StringComparison.OrdinalIgnoreCase);
        return new TaskPacking(strategies[0] == binpack, RemainingOn, task =>
            isCpu ? task.Resources.Cpu : task.Resources.Memory
        );

        long RemainingOn(string id)
        {
            if (view.Find(EcsTables.ContainerInstances, $"{service.ClusterKey}/{id}") is not { } instance)
                return 0;
            var left = InstanceCapacity.Of(view, instance);
            return isCpu ? left.Cpu : left.Memory;
        }
    }
}
