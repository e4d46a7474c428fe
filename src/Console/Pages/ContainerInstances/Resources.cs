namespace Estiba.Console.Pages.ContainerInstances;

/// <summary>How much of a resource an instance has.</summary>
internal static class Resources
{
    internal static int All(Ecs.ContainerInstance instance, string name) => Of(instance.RegisteredResources, name);

    internal static int Free(Ecs.ContainerInstance instance, string name) => Of(instance.RemainingResources, name);

    internal static string? Attribute(Ecs.ContainerInstance instance, string name) =>
        instance.Attributes?.FirstOrDefault(attribute => attribute.Name == name)?.Value;

    private static int Of(IReadOnlyList<Ecs.Resource>? resources, string name) =>
        resources?.FirstOrDefault(resource => resource.Name == name)?.IntegerValue ?? 0;
}
