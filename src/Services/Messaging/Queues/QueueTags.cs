using Estiba.Contracts;

namespace Estiba.Messaging.Queues;

/// <summary>The rules of a queue's tags ("Amazon SQS cost allocation tags", developer guide).</summary>
internal static class QueueTags
{
    private static readonly TagRules<KeyValuePair<string, string>> Rules = new(
        tag => tag.Key,
        tag => tag.Value,
        new TagFaults
        {
            NoKey = () => SqsFaults.MissingParameter("Tag.1.Key"),
            Reserved = key => Invalid(key, "Tag keys cannot start with 'aws:'."),
            LongKey = key => Invalid(key, "Tag keys cannot be longer than 128 characters."),
            LongValue = key => Invalid(key, "Tag values cannot be longer than 256 characters."),
            TooMany = count => SqsFaults.InvalidParameterValue($"Too many tags added for queue. {count} of 50."),
        }
    );

    /// <summary>The tags after others were put.</summary>
    internal static IReadOnlyDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string> added
    ) => Rules.Merge([.. before], [.. added]).ToDictionary(StringComparer.Ordinal);

    /// <summary>The tags without some keys.</summary>
    internal static IReadOnlyDictionary<string, string> Without(
        IReadOnlyDictionary<string, string> before,
        IReadOnlyList<string> keys
    ) => Rules.Without([.. before], keys).ToDictionary(StringComparer.Ordinal);

    private static AwsException Invalid(string key, string reason) =>
        SqsFaults.InvalidParameterValue(key, "TagKey", reason);
}
