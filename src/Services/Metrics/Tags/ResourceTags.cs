using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.State;

namespace Estiba.Metrics.Tags;

/// <summary>
/// The tags of alarms and dashboards. Whoever makes a resource puts its tags in the same transaction, and whoever
/// deletes it deletes them.
/// </summary>
internal static class ResourceTags
{
    /// <summary>How many a resource may have.</summary>
    internal const int Most = 50;

    private static readonly TagRules<Tag> Rules = new(
        tag => tag.Key,
        tag => tag.Value,
        new TagFaults
        {
            Reserved = _ =>
                CloudWatchErrors.InvalidParameterValueException(
                    "aws: prefixed tag key names are not allowed for external use."
                ),
            Duplicate = key =>
                CloudWatchErrors.InvalidParameterValueException($"Tag keys must be unique; {key} is there twice."),
            TooMany = _ =>
                CloudWatchErrors.InvalidParameterValueException(
                    $"The number of tags exceeds the limit of {Most} tags per resource."
                ),
        }
    )
    {
        Most = Most,
        Order = TagOrder.InPlace,
    };

    /// <summary>The tags of a resource; none where it has none, or there is no such resource.</summary>
    internal static IReadOnlyList<Tag> Of(View view, string arn) =>
        view.Find(MetricsTables.Tags, TagsRecord.KeyOf(arn))?.Tags ?? [];

    /// <summary>Puts tags on a resource beside those that it has.</summary>
    /// <exception cref="AwsException">A tag is none that may be put, or there would be too many.</exception>
    internal static void Put(Transaction transaction, string arn, IReadOnlyList<Tag>? tags)
    {
        if (tags is { Count: > 0 })
            Write(transaction, arn, Rules.Merge(Of(transaction, arn), tags));
    }

    /// <summary>Takes tags from a resource.</summary>
    internal static void Remove(Transaction transaction, string arn, IReadOnlyList<string> keys) =>
        Write(transaction, arn, Rules.Without(Of(transaction, arn), keys));

    /// <summary>Takes all of them, with the resource.</summary>
    internal static void Delete(Transaction transaction, string arn) =>
        transaction.Delete(MetricsTables.Tags, TagsRecord.KeyOf(arn));

    private static void Write(Transaction transaction, string arn, IReadOnlyList<Tag> tags)
    {
        if (tags.Count == 0)
            Delete(transaction, arn);
        else
            transaction.Put(MetricsTables.Tags, new TagsRecord { Arn = arn, Tags = tags });
    }
}
