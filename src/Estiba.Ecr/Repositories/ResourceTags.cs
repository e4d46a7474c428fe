using Estiba.Contracts;
using Estiba.Contracts.Ecr;

namespace Estiba.Ecr.Repositories;

/// <summary>The tags of a repository as a resource, and their limits.</summary>
/// <remarks>"Tagging a private repository", Amazon ECR user guide.</remarks>
internal static class ResourceTags
{
    private const int MostTags = 50;
    private const int LongestKey = 128;
    private const int LongestValue = 256;

    /// <summary>The tags after some were put: a known key gets the new value in its place.</summary>
    /// <exception cref="AwsException">A tag is not allowed, or there would be too many.</exception>
    public static IReadOnlyList<Tag> Merge(IReadOnlyList<Tag> existing, IReadOnlyList<Tag> added)
    {
        var merged = existing.ToList();
        foreach (var tag in added)
        {
            Validate(tag);
            var position = merged.FindIndex(known => known.Key == tag.Key);
            if (position >= 0) merged[position] = tag;
            else merged.Add(tag);
        }
        return merged.Count <= MostTags
            ? merged
            : throw EcrErrors.TooManyTagsException(
                $"The list of tags on the repository is over the limit. The maximum number of tags that can be applied to a repository is {MostTags}.");
    }

    private static void Validate(Tag tag)
    {
        if (tag.Key is not { Length: > 0 and <= LongestKey })
            throw EcrErrors.InvalidTagParameterException($"The key of a tag must have 1 to {LongestKey} characters.");
        if (tag.Value is { Length: > LongestValue })
            throw EcrErrors.InvalidTagParameterException($"The value of the tag '{tag.Key}' must have at most {LongestValue} characters.");
        if (tag.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
            throw EcrErrors.InvalidTagParameterException($"The tag key '{tag.Key}' is not allowed: keys that begin with 'aws:' are reserved.");
    }
}
