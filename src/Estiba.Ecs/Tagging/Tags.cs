using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.Tagging;

/// <summary>The rules of tags ("Tagging your Amazon ECS resources", developer guide). Lengths, characters and the number in one request are in the model.</summary>
internal static class Tags
{
    internal const int Most = 50;
    private const string Reserved = "aws:";

    /// <summary>The tags of a resource after others were put on it: a key that is there already gets the new value.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: a key is missing, given twice or reserved, or there are too many tags.</exception>
    internal static IReadOnlyList<Tag> Merge(IReadOnlyList<Tag> existing, IReadOnlyList<Tag>? added)
    {
        if (added is null || added.Count == 0) return existing;
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tag in added)
        {
            if (string.IsNullOrEmpty(tag.Key)) throw InvalidParameterException("Tag.key should not be null or empty.");
            if (IsReserved(tag.Key)) throw InvalidParameterException("Tag keys and values cannot start with aws: because it is reserved for AWS use.");
            if (tag.Value?.StartsWith(Reserved, StringComparison.OrdinalIgnoreCase) == true)
                throw InvalidParameterException("Tag keys and values cannot start with aws: because it is reserved for AWS use.");
            if (!keys.Add(tag.Key)) throw InvalidParameterException($"Duplicate tag keys found. Each tag key must be unique. Tag key: {tag.Key}");
        }

        List<Tag> merged = [.. existing.Where(tag => !keys.Contains(tag.Key!)), .. added.Select(tag => tag with { Value = tag.Value ?? "" })];
        return merged.Count(tag => !IsReserved(tag.Key!)) <= Most
            ? merged
            : throw InvalidParameterException($"The maximum number of tags was exceeded. A resource can have up to {Most} tags.");
    }

    /// <summary>The tags that remain without some keys.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: a key is reserved.</exception>
    internal static IReadOnlyList<Tag> Without(IReadOnlyList<Tag> existing, IReadOnlyList<string> keys)
    {
        if (keys.Any(IsReserved)) throw InvalidParameterException("Tag keys and values cannot start with aws: because it is reserved for AWS use.");
        return [.. existing.Where(tag => !keys.Contains(tag.Key, StringComparer.Ordinal))];
    }

    // ECS's own tags on tasks (aws:ecs:...) stay and do not count.
    private static bool IsReserved(string key) => key.StartsWith(Reserved, StringComparison.OrdinalIgnoreCase);
}
