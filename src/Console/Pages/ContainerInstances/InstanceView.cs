namespace Estiba.Console.Pages.ContainerInstances;

/// <summary>A container instance and its tasks.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Tasks">Its tasks.</param>
public sealed record InstanceView(Ecs.ContainerInstance Instance, IReadOnlyList<Ecs.EcsTask> Tasks);
