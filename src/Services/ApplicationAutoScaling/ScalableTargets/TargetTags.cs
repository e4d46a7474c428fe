using Estiba.Contracts;
using static Estiba.Contracts.ApplicationAutoScaling.ApplicationAutoScalingErrors;

namespace Estiba.ApplicationAutoScaling.ScalableTargets;

/// <summary>The rules of tags ("Tagging support for Application Auto Scaling", user guide). Lengths are in the
/// contract.</summary>
internal static class TargetTags
{
    private static readonly TagRules<KeyValuePair<string, string>> Rules = new(
        tag => tag.Key,
        tag => tag.Value,
        new TagFaults
        {
            Reserved = _ => ValidationException("Tag keys that begin with aws: are reserved for AWS."),
            TooMany = _ => TooManyTagsException($"A scalable target can have at most {Quotas.Tags} tags."),
        }
    )
    {
        Most = Quotas.Tags,
        Order = TagOrder.ByKey,
    };

    /// <summary>The tags after others were put.</summary>
    internal static IReadOnlyDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> existing,
        IReadOnlyDictionary<string, string>? added
    ) => added is null or { Count: 0 } ? existing : Dictionary(Rules.Merge([.. existing], [.. added]));

    /// <summary>The tags that remain without some keys.</summary>
    internal static IReadOnlyDictionary<string, string> Without(
        IReadOnlyDictionary<string, string> existing,
        IReadOnlyList<string> keys
    ) => Dictionary(Rules.Without([.. existing], keys));

    private static Dictionary<string, string> Dictionary(IEnumerable<KeyValuePair<string, string>> tags) =>
        new(tags, StringComparer.Ordinal);
}
