using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ContainerInstances;
using Estiba.State;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.Attributes;

/// <summary>
/// The attributes that operators put on container instances, beside those that agents register ("Attributes", developer
/// guide).
/// </summary>
internal static partial class CustomAttributes
{
    private const int Most = 10;
    private const string InstanceTarget = "container-instance";

    /// <summary>The instances that attributes name as their targets, each with its attributes.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>, <c>TargetNotFoundException</c>.</exception>
    internal static IReadOnlyList<(ContainerInstanceRecord Instance, IReadOnlyList<EcsAttribute> Attributes)> ByTarget(
        View view,
        ClusterRecord cluster,
        IReadOnlyList<EcsAttribute> attributes
    )
    {
        if (attributes.Count is 0 or > Most)
            throw InvalidParameterException($"Attributes must have between 1 and {Most} items.");
        foreach (var attribute in attributes)
            Check(attribute);
        return
        [
            .. attributes
                .GroupBy(attribute => Target(view, cluster, attribute).Key, StringComparer.Ordinal)
                .Select(group =>
                    (view.Find(EcsTables.ContainerInstances, group.Key)!, (IReadOnlyList<EcsAttribute>)[.. group])
                ),
        ];
    }

    /// <summary>The instance with the attributes set.</summary>
    /// <exception cref="AwsException"><c>AttributeLimitExceededException</c>.</exception>
    internal static ContainerInstanceRecord Put(
        ContainerInstanceRecord instance,
        IReadOnlyList<EcsAttribute> attributes
    )
    {
        var names = attributes.Select(attribute => attribute.Name!).ToHashSet(StringComparer.Ordinal);
        List<EcsAttribute> all =
        [
            .. instance.Attributes.Where(attribute => !names.Contains(attribute.Name!)),
            .. attributes
                .DistinctBy(attribute => attribute.Name, StringComparer.Ordinal)
                .Select(attribute => new EcsAttribute { Name = attribute.Name, Value = attribute.Value }),
        ];
        return all.Count(attribute => !IsReserved(attribute.Name!)) <= Most
            ? instance with
            {
                Attributes = all,
                Version = instance.Version + 1,
            }
            : throw AttributeLimitExceededException($"You can have up to {Most} custom attributes for each resource.");
    }

    /// <summary>The instance without the attributes; a value that is given must be the one it has.</summary>
    internal static ContainerInstanceRecord Delete(
        ContainerInstanceRecord instance,
        IReadOnlyList<EcsAttribute> attributes
    ) =>
        instance with
        {
            Attributes =
            [
                .. instance.Attributes.Where(own =>
                    !attributes.Any(attribute =>
                        attribute.Name == own.Name && (attribute.Value is null || attribute.Value == own.Value)
                    )
                ),
            ],
            Version = instance.Version + 1,
        };

    /// <summary>The attribute with its target's ARN, as the operations answer.</summary>
    internal static EcsAttribute Shown(EcsAttribute attribute, ContainerInstanceRecord instance) =>
        new()
        {
            Name = attribute.Name,
            Value = attribute.Value,
            TargetId = instance.Arn,
        };

    private static void Check(EcsAttribute attribute)
    {
        if (attribute.TargetType is not (null or InstanceTarget))
            throw InvalidParameterException("Invalid target type: " + attribute.TargetType);
        if (string.IsNullOrEmpty(attribute.TargetId))
            throw InvalidParameterException("Target id should not be null or empty.");
        if (!ValidName().IsMatch(attribute.Name!))
            throw InvalidParameterException("Attribute name contains invalid characters.");
        if (IsReserved(attribute.Name!))
            throw InvalidParameterException(
                $"The attribute {attribute.Name} is reserved for Amazon ECS and cannot be changed."
            );
        if (attribute.Value is { Length: > 0 } value && !ValidValue().IsMatch(value))
            throw InvalidParameterException("Attribute value contains invalid characters.");
    }

    private static ContainerInstanceRecord Target(View view, ClusterRecord cluster, EcsAttribute attribute)
    {
        var id = attribute.TargetId!;
        if (Arn.TryParse(id, out var arn))
            id = arn.ResourceName[(arn.ResourceName.LastIndexOf('/') + 1)..];
        return
            view.Find(EcsTables.ContainerInstances, ContainerInstanceRecord.KeyOf(cluster.Scope, cluster.Name, id))
                is { DeregisteredAt: null } instance
            ? instance
            : throw TargetNotFoundException(
                "The specified target wasn't found. You can view your available container instances with "
                    + "ListContainerInstances."
            );
    }

    // These are the agent's and ECS's own.
    private static bool IsReserved(string name) =>
        name.StartsWith("ecs.", StringComparison.Ordinal)
        || name.StartsWith("com.amazonaws.", StringComparison.Ordinal)
        || HostAccess.IsAttribute(name);

    [GeneratedRegex(@"^[A-Za-z0-9_./\\-]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValidName();

    [GeneratedRegex(@"^(?! )[A-Za-z0-9_./\\@: -]{1,128}(?<! )\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValidValue();
}
