using Estiba.Ecr.Images;
using Estiba.Ecr.Repositories;

namespace Estiba.Ecr.Lifecycle;

/// <summary>An image as a policy sees it.</summary>
internal sealed record LifecycleImage(ImageRecord Image, IReadOnlyList<string> Tags);

/// <summary>An image that a policy lets go, and the rule that does.</summary>
/// <param name="Image">The image.</param>
/// <param name="RulePriority">The rule.</param>
/// <param name="ToArchive">Whether it only goes to the archive.</param>
internal sealed record Expiry(LifecycleImage Image, int RulePriority, bool ToArchive);

/// <summary>Finds the images that a policy lets go or archives.</summary>
/// <remarks>
/// "How lifecycle policies work", Amazon ECR user guide: every rule looks at all images; an image that a rule's tags
/// describe is no longer for the rules after it to expire, though they count it.
/// </remarks>
internal static class LifecycleEvaluation
{
    public static IReadOnlyList<Expiry> Evaluate(
        LifecyclePolicy policy,
        IReadOnlyList<LifecycleImage> images,
        DateTimeOffset now
    )
    {
        var expiries = new List<Expiry>();
        var claimed = new HashSet<LifecycleImage>();
        foreach (var rule in policy.Rules!)
        {
            var described = images.Where(image => IsDescribed(rule.Selection!, image)).ToList();
            var toArchive = rule.Action!.Type == LifecycleValidation.Transition;
            expiries.AddRange(
                Excess(rule.Selection!, described, now)
                    .Where(image => !claimed.Contains(image))
                    .Select(image => new Expiry(image, rule.RulePriority!.Value, toArchive))
            );
            claimed.UnionWith(described);
        }
        return expiries;
    }

    private static bool IsDescribed(LifecycleSelection selection, LifecycleImage image) =>
        image.Image.IsArchived == (selection.StorageClass == LifecycleValidation.Archive) && HasTags(selection, image);

    private static bool HasTags(LifecycleSelection selection, LifecycleImage image) =>
        selection.TagStatus switch
        {
            LifecycleValidation.Any => true,
            LifecycleValidation.Untagged => image.Tags.Count == 0,
            _ when selection.TagPatternList is { Count: > 0 } patterns => patterns.All(pattern =>
                image.Tags.Any(tag => TagMutability.Matches(pattern, tag))
            ),
            _ => selection.TagPrefixList!.All(prefix =>
                image.Tags.Any(tag => tag.StartsWith(prefix, StringComparison.Ordinal))
            ),
        };

    private static IEnumerable<LifecycleImage> Excess(
        LifecycleSelection selection,
        List<LifecycleImage> images,
        DateTimeOffset now
    )
    {
        if (selection.CountType == LifecycleValidation.CountMoreThan)
            return images.OrderByDescending(image => image.Image.PushedAt).Skip(selection.CountNumber!.Value);

        return images.Where(image =>
            (now - LastNeeded(selection, image.Image)).TotalDays > selection.CountNumber!.Value
        );
    }

    // An image that was never pulled counts from its push, one that came back from the archive from then at the
    // earliest.
    private static DateTimeOffset LastNeeded(LifecycleSelection selection, ImageRecord image) =>
        selection.CountType switch
        {
            LifecycleValidation.SincePulled when image.LastActivatedAt > (image.LastPulledAt ?? image.PushedAt) => image
                .LastActivatedAt
                .Value,
            LifecycleValidation.SincePulled => image.LastPulledAt ?? image.PushedAt,
            LifecycleValidation.SinceTransitioned => image.LastArchivedAt ?? image.PushedAt,
            _ => image.PushedAt,
        };
}
