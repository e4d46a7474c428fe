using Estiba.Ecs.ContainerInstances;

namespace Estiba.Ecs.Placement;

/// <summary>Where a task goes.</summary>
/// <param name="Instance">The container instance, as it was when the pass began.</param>
/// <param name="Gpus">The ids of the GPUs that the task gets, as many as it needs.</param>
internal sealed record PlacementChoice(ContainerInstanceRecord Instance, IReadOnlyList<string> Gpus);
