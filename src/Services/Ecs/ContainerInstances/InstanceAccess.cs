using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.State;

namespace Estiba.Ecs.ContainerInstances;

/// <summary>What containers may do to the host of a container instance, as its attributes show.</summary>
/// <remarks>
/// Estiba's agent says it of its host, and keeps to it. An agent that does not, as Amazon's, runs whatever it is sent;
/// so for its host the server decides, and its attributes say
/// what the server's options do. Amazon's agent says it with <c>ECS_INSTANCE_ATTRIBUTES</c>.
/// </remarks>
internal static class InstanceAccess
{
    private static readonly string[] Capabilities =
    [
        "ecs.capability.",
        "com.amazonaws.ecs.capability.",
        HostAccess.AttributePrefix,
    ];

    /// <summary>
    /// Whether an attribute is what an agent says that it can do: what it says no more, it cannot any more.
    /// </summary>
    internal static bool IsCapability(string name) =>
        Array.Exists(Capabilities, prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Whether an agent says itself what its host allows.</summary>
    internal static bool IsSaidBy(RegisterContainerInstanceRequest request) =>
        request.Attributes?.Any(attribute =>
            attribute.Name!.StartsWith(HostAccess.AttributePrefix, StringComparison.Ordinal)
        ) == true;

    /// <summary>The instance with what the server's options say, where its agent does not say it.</summary>
    internal static ContainerInstanceRecord Decide(ContainerInstanceRecord instance, HostAccess granted)
    {
        if (instance.SaysHostAccess)
            return instance;

        // What is not granted is not named: an agent and its operator find what they have said, and no more.
        var nothing = HostAccess.Nothing.ToAttributes().ToHashSet();
        var decided = granted
            .ToAttributes()
            .Where(attribute => !nothing.Contains(attribute))
            .Select(attribute => new EcsAttribute { Name = attribute.Name, Value = attribute.Value });
        List<EcsAttribute> attributes =
        [
            .. instance.Attributes.Where(attribute => !HostAccess.IsAttribute(attribute.Name!)),
            .. decided,
        ];
        return attributes.SequenceEqual(instance.Attributes)
            ? instance
            : instance with
            {
                Attributes = attributes,
                Version = instance.Version + 1,
            };
    }

    /// <summary>The same for all instances, when the server starts, with other options perhaps.</summary>
    internal static void DecideAll(Transaction transaction, HostAccess granted)
    {
        foreach (
            var instance in transaction
                .Range(EcsTables.ContainerInstances)
                .Where(instance => instance.Status != ContainerInstanceStatus.Inactive)
                .ToList()
        )
            if (Decide(instance, granted) is var decided && !ReferenceEquals(decided, instance))
                transaction.Put(EcsTables.ContainerInstances, decided);
    }

    /// <summary>What the attributes of an instance show.</summary>
    internal static HostAccess Of(ContainerInstanceRecord instance) =>
        HostAccess.FromAttributes(name =>
            instance.FindAttribute(new AttributeName(name)) is { } attribute ? attribute.Value ?? "" : null
        );
}
