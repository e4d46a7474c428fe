using Estiba.Contracts;
using Estiba.Contracts.Sns;

namespace Estiba.Messaging.Topics;

/// <summary>The rules of a topic's tags ("Amazon SNS topic tagging", developer guide).</summary>
internal static class TopicTags
{
    private static readonly TagRules<Tag> Rules = new(
        tag => tag.Key,
        tag => tag.Value,
        new TagFaults
        {
            Reserved = _ => SnsErrors.InvalidParameterException("Invalid parameter: Tags Reason: aws: is reserved"),
            Duplicate = _ => SnsErrors.InvalidParameterException("Invalid parameter: Duplicated keys are not allowed."),
            TooMany = _ =>
                SnsErrors.TagLimitExceededException("Could not complete request: tag quota of per resource exceeded"),
        }
    )
    {
        Order = TagOrder.InPlace,
    };

    /// <summary>The tags after others were put.</summary>
    internal static IReadOnlyDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> before,
        IReadOnlyList<Tag> added
    ) =>
        Rules.Merge(Shown(before), added).ToDictionary(tag => tag.Key!, tag => tag.Value ?? "", StringComparer.Ordinal);

    /// <summary>The tags without some keys.</summary>
    internal static IReadOnlyDictionary<string, string> Without(
        IReadOnlyDictionary<string, string> before,
        IReadOnlyList<string> keys
    ) =>
        Rules
            .Without(Shown(before), keys)
            .ToDictionary(tag => tag.Key!, tag => tag.Value ?? "", StringComparer.Ordinal);

    /// <summary>Tags as customers see them.</summary>
    internal static IReadOnlyList<Tag> Shown(IReadOnlyDictionary<string, string> tags) =>
        [.. tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })];
}
