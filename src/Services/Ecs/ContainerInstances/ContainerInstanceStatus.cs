namespace Estiba.Ecs.ContainerInstances;

/// <summary>The states of a container instance ("Amazon ECS container instance lifecycle", developer guide).</summary>
internal static class ContainerInstanceStatus
{
    internal const string Active = "ACTIVE";
    internal const string Draining = "DRAINING";
    internal const string Inactive = "INACTIVE";
}
