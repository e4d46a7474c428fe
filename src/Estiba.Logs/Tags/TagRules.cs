using Estiba.Contracts.Logs;

namespace Estiba.Logs;

/// <summary>What the service description does not say of tags ("Tag log groups", CloudWatch Logs user guide).</summary>
internal static class TagRules
{
    public const int MaxTags = 50;

    public static void CheckKeys(IReadOnlyDictionary<string, string>? tags)
    {
        if (tags?.Keys.FirstOrDefault(key => key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)) is { } reserved)
            throw LogsErrors.InvalidParameterException($"aws: prefixed tag key names are not allowed for external use: {reserved}");
    }

    public static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> tags, IReadOnlyDictionary<string, string> added)
    {
        var merged = new Dictionary<string, string>(tags);
        foreach (var (key, value) in added) merged[key] = value;
        return merged;
    }

    public static Dictionary<string, string> Without(IReadOnlyDictionary<string, string> tags, IReadOnlyList<string> keys) =>
        tags.Where(tag => !keys.Contains(tag.Key)).ToDictionary();
}
