using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using static Estiba.Contracts.ServiceDiscovery.ServiceDiscoveryErrors;

namespace Estiba.ServiceDiscovery.Tagging;

/// <summary>The rules of tags ("Tagging your AWS Cloud Map resources", developer guide).</summary>
internal static class Tags
{
    private static readonly TagRules<Tag> Rules = new(
        tag => tag.Key,
        tag => tag.Value,
        new TagFaults
        {
            Reserved = key => InvalidInput($"The tag key {key} begins with aws:, which is reserved for AWS."),
            Duplicate = key => InvalidInput($"The tag key {key} is there more than once."),
            TooMany = _ =>
                TooManyTagsException(
                    "The list of tags on the resource is over the quota. The maximum number of tags that can be "
                        + "applied to a resource is 50."
                ),
        }
    )
    {
        Order = TagOrder.InPlace,
    };

    /// <summary>The tags of a resource after others were put on it.</summary>
    internal static IReadOnlyList<Tag> Merge(IReadOnlyList<Tag> existing, IReadOnlyList<Tag>? added) =>
        added is null or { Count: 0 } ? existing : Rules.Merge(existing, added);

    /// <summary>The tags that remain.</summary>
    internal static IReadOnlyList<Tag> Without(IReadOnlyList<Tag> existing, IReadOnlyList<string> keys) =>
        Rules.Without(existing, keys);
}
