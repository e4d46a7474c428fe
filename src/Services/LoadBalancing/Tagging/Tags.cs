using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing.Tagging;

/// <summary>
/// The rules of tags ("Tags for your Application Load Balancer", user guide). Lengths and characters are in the model.
/// </summary>
internal static class Tags
{
    internal const int Most = 50;

    private static readonly TagRules<Tag> Checks = new(
        tag => tag.Key,
        tag => tag.Value,
        new TagFaults
        {
            Reserved = Reserved,
            Duplicate = key => DuplicateTagKeysException($"The tag key '{key}' is specified more than once"),
            TooMany = _ => TooManyTagsException($"The maximum number of tags per resource '{Most}' has been exceeded"),
        }
    )
    {
        Most = Most,
        Order = TagOrder.InPlace,
    };

    /// <summary>The tags of a resource after others were put on it.</summary>
    internal static IReadOnlyList<Tag> Merge(IReadOnlyList<Tag> existing, IReadOnlyList<Tag>? added) =>
        added is null or { Count: 0 }
            ? existing
            : Checks.Merge(existing, [.. added.Select(tag => tag with { Value = tag.Value ?? "" })]);

    /// <summary>The tags that remain without some keys.</summary>
    internal static IReadOnlyList<Tag> Without(IReadOnlyList<Tag> existing, IReadOnlyList<string> keys) =>
        keys.FirstOrDefault(ReservedTags.Contains) is { } reserved
            ? throw Reserved(reserved)
            : Checks.Without(existing, keys);

    private static AwsException Reserved(string key) =>
        ElbErrors.ValidationError("aws: prefixed tag key names are not allowed for external use.");
}
