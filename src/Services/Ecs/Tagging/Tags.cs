using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.Tagging;

/// <summary>
/// The rules of tags ("Tagging your Amazon ECS resources", developer guide). Lengths, characters and the number in one
/// request are in the model. ECS's own tags on tasks (<c>aws:ecs:...</c>) stay and do not count.
/// </summary>
internal static class Tags
{
    internal const int Most = 50;

    private static readonly TagRules<Tag> Rules = new(
        tag => tag.Key,
        tag => tag.Value,
        new TagFaults
        {
            NoKey = () => InvalidParameterException("Tag.key should not be null or empty."),
            Reserved = Reserved,
            ReservedValue = Reserved,
            Duplicate = key =>
                InvalidParameterException($"Duplicate tag keys found. Each tag key must be unique. Tag key: {key}"),
            TooMany = _ =>
                InvalidParameterException(
                    $"The maximum number of tags was exceeded. A resource can have up to {Most} tags."
                ),
        }
    )
    {
        Most = Most,
    };

    /// <summary>
    /// The tags of a resource after others were put on it: a key that is there already gets the new value.
    /// </summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: a key is missing, given twice or reserved, or
    /// there are too many tags.</exception>
    internal static IReadOnlyList<Tag> Merge(IReadOnlyList<Tag> existing, IReadOnlyList<Tag>? added) =>
        added is null or { Count: 0 }
            ? existing
            : Rules.Merge(existing, [.. added.Select(tag => tag with { Value = tag.Value ?? "" })]);

    /// <summary>The tags that remain without some keys.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: a key is reserved.</exception>
    internal static IReadOnlyList<Tag> Without(IReadOnlyList<Tag> existing, IReadOnlyList<string> keys) =>
        keys.FirstOrDefault(ReservedTags.Contains) is { } reserved
            ? throw Reserved(reserved)
            : Rules.Without(existing, keys);

    private static AwsException Reserved(string key) =>
        InvalidParameterException("Tag keys and values cannot start with aws: because it is reserved for AWS use.");
}
