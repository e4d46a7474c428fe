using Estiba.Console.Pages.ContainerInstances;

namespace Estiba.Console.Pages.Clusters;

/// <summary>The instances of a cluster, and the tasks on them.</summary>
/// <param name="Instances">The instances.</param>
/// <param name="Tasks">The tasks.</param>
public sealed record MapView(IReadOnlyList<Ecs.ContainerInstance> Instances, IReadOnlyList<Ecs.EcsTask> Tasks)
{
    private const int ColorCount = 8;

    private readonly ILookup<string, Ecs.EcsTask> _byInstance = Tasks
        .OrderBy(OwnerOf, StringComparer.Ordinal)
        .ThenBy(task => task.CreatedAt)
        .ToLookup(task => task.ContainerInstanceArn ?? "", StringComparer.Ordinal);

    /// <summary>The color of each service's tasks, by its name.</summary>
    internal IReadOnlyDictionary<string, int> Colors { get; } =
        Tasks
            .Select(OwnerOf)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select((owner, place) => (owner, place))
            .ToDictionary(it => it.owner, it => it.place % ColorCount, StringComparer.Ordinal);

    /// <summary>The instances by their Availability Zones.</summary>
    internal IEnumerable<IGrouping<string, Ecs.ContainerInstance>> Zones =>
        Instances
            .OrderBy(it => it.Ec2InstanceId, StringComparer.Ordinal)
            .GroupBy(it => Resources.Attribute(it, "ecs.availability-zone") ?? "", StringComparer.Ordinal)
            .OrderBy(zone => zone.Key, StringComparer.Ordinal);

    /// <summary>The tasks that have no place yet.</summary>
    internal IReadOnlyList<Ecs.EcsTask> Waiting => [.. _byInstance[""]];

    /// <summary>The tasks on an instance, those of a service beside each other.</summary>
    internal IEnumerable<Ecs.EcsTask> On(Ecs.ContainerInstance instance) =>
        _byInstance[instance.ContainerInstanceArn ?? ""];

    /// <summary>The service that a task is of; its family where it is of none.</summary>
    internal static string OwnerOf(Ecs.EcsTask task) =>
        task.Group is { } group ? group[(group.IndexOf(':') + 1)..] : Addresses.NameOf(task.TaskDefinitionArn);
}
