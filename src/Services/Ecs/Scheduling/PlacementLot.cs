using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Scheduling;

/// <summary>Waiting tasks of one service that are alike: what can have one of them can have another.</summary>
/// <param name="StartedBy">Their deployment or task set.</param>
/// <param name="OnlyInstance">The one instance they may be on, if there is only one.</param>
/// <param name="CapacityProvider">The capacity provider whose instances they may be on, if it matters.</param>
internal readonly record struct PlacementLot(string StartedBy, string? OnlyInstance, string? CapacityProvider)
{
    internal static PlacementLot Of(TaskRecord task) =>
        new(task.StartedBy ?? "", task.OnlyInstance, task.CapacityProvider);
}
