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

    /// <summary>
    /// A known key gets the new value in its place. A tag is refused that is not allowed, and what would be too many.
    /// </summary>
    public static readonly TagRules<Tag> Rules = new(
        tag => tag.Key,
        tag => tag.Value,
        new TagFaults
        {
            NoKey = BadKey,
            LongKey = _ => BadKey(),
            LongValue = key =>
                EcrErrors.InvalidTagParameterException(
                    $"The value of the tag '{key}' must have at most {LongestValue} characters."
                ),
            Reserved = key =>
                EcrErrors.InvalidTagParameterException(
                    $"The tag key '{key}' is not allowed: keys that begin with 'aws:' are reserved."
                ),
            TooMany = _ =>
                EcrErrors.TooManyTagsException(
                    "The list of tags on the repository is over the limit. The maximum number of tags that can be "
                        + $"applied to a repository is {MostTags}."
                ),
        }
    )
    {
        Order = TagOrder.InPlace,
        Most = MostTags,
        LongestKey = LongestKey,
        LongestValue = LongestValue,
    };

    private static AwsException BadKey() =>
        EcrErrors.InvalidTagParameterException($"The key of a tag must have 1 to {LongestKey} characters.");
}
