using Estiba.Contracts.Ecr;
using Estiba.Ecr.Images;

namespace Estiba.Ecr.Repositories;

/// <summary>Whether a tag, once pushed, may be moved to another image.</summary>
/// <remarks>"Preventing image tags from being overwritten", Amazon ECR user guide.</remarks>
internal static class TagMutability
{
    private const int MaximumWildcards = 2;

    public static bool IsImmutable(RepositoryRecord repository, string tag) =>
        repository.ImageTagMutability switch
        {
            ImageTagMutability.Immutable => true,
            ImageTagMutability.ImmutableWithExclusion => !IsExcluded(repository, tag),
            ImageTagMutability.MutableWithExclusion => IsExcluded(repository, tag),
            _ => false,
        };

    /// <exception cref="Contracts.AwsException">The filters do not fit the setting, or each other.</exception>
    public static void Validate(string mutability, IReadOnlyList<ImageTagMutabilityExclusionFilter>? filters)
    {
        var withExclusion =
            mutability is ImageTagMutability.ImmutableWithExclusion or ImageTagMutability.MutableWithExclusion;
        if (withExclusion && filters is not { Count: > 0 })
            throw ImageErrors.InvalidParameter(
                "imageTagMutabilityExclusionFilters",
                $"Must be specified when imageTagMutability is {mutability}"
            );
        if (!withExclusion && filters is { Count: > 0 })
            throw ImageErrors.InvalidParameter(
                "imageTagMutabilityExclusionFilters",
                $"ImageTagMutabilityExclusionFilters are not allowed when imageTagMutability is set as {mutability}"
            );
        if (filters?.Any(filter => filter.Filter!.Count(letter => letter == '*') > MaximumWildcards) is true)
            throw ImageErrors.InvalidParameter(
                "imageTagMutabilityExclusionFilters",
                $"A filter must have at most {MaximumWildcards} wildcards"
            );
    }

    private static bool IsExcluded(RepositoryRecord repository, string tag) =>
        repository.ImageTagMutabilityExclusionFilters?.Any(filter => Matches(filter.Filter, tag)) is true;

    /// <summary>
    /// Whether a pattern, in which <c>*</c> stands for any characters or none, describes the whole of a text.
    /// </summary>
    internal static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        // Only the last star need be tried again: what came before it has matched as early as it could.
        int at = 0,
            read = 0,
            star = -1,
            after = 0;
        while (read < text.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                star = at++;
                after = read;
            }
            else if (at < pattern.Length && pattern[at] == text[read])
            {
                at++;
                read++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                read = ++after;
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].IndexOfAnyExcept('*') < 0;
    }
}
