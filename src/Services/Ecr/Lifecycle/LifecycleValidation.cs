namespace Estiba.Ecr.Lifecycle;

/// <summary>
/// The rules for lifecycle policies ("Lifecycle policy properties" and "Creating a lifecycle policy", Amazon ECR user
/// guide).
/// </summary>
internal static class LifecycleValidation
{
    public const string CountMoreThan = "imageCountMoreThan";
    public const string SincePushed = "sinceImagePushed";
    public const string SincePulled = "sinceImagePulled";
    public const string SinceTransitioned = "sinceImageTransitioned";
    public const string Expire = "expire";
    public const string Transition = "transition";
    public const string Standard = "standard";
    public const string Archive = "archive";
    public const string Tagged = "tagged";
    public const string Untagged = "untagged";
    public const string Any = "any";

    private const int MostRules = 50;

    // "Archiving an image", Amazon ECR user guide.
    private const int LeastDaysInArchive = 90;

    /// <returns>Null if the policy is sound.</returns>
    public static string? FaultOf(LifecyclePolicy policy)
    {
        if (policy.Rules is not { Count: > 0 } rules)
            return $"A policy has 1 to {MostRules} rules.";
        if (rules.Count > MostRules)
            return $"array is too long: must have at most {MostRules} elements but instance has {rules.Count} elements";
        if (rules.Select(FaultOf).FirstOrDefault(fault => fault is not null) is { } first)
            return first;
        if (rules.GroupBy(rule => rule.RulePriority).Any(same => same.Count() > 1))
            return "Each rule must have a rulePriority of its own.";

        return rules
            .GroupBy(rule => rule.Selection!.StorageClass ?? Standard)
            .Select(FaultOfClass)
            .FirstOrDefault(fault => fault is not null);
    }

    // What the archive holds is selected by rules of its own.
    private static string? FaultOfClass(IEnumerable<LifecycleRule> rules)
    {
        var all = rules.ToList();
        var any = all.Where(rule => rule.Selection!.TagStatus == Any).ToList();
        if (any.Count > 1 || any.Any(rule => rule.RulePriority < all.Max(other => other.RulePriority)))
            return "Only one rule may have the tagStatus any, and its rulePriority must be the highest.";
        return all.Count(rule => rule.Selection!.TagStatus == Untagged) > 1
            ? "Only one rule can select Untagged images"
            : null;
    }

    private static string? FaultOf(LifecycleRule? rule)
    {
        if (rule is null)
            return "A rule must be an object.";
        if (rule.RulePriority is not > 0)
            return "Each rule must have a rulePriority of 1 or more.";
        if (rule.Action?.Type is not (Expire or Transition))
            return "The action's type must be expire or transition.";
        if (rule.Action.Type == Transition && rule.Action.TargetStorageClass != Archive)
            return "An action of the type transition must have the targetStorageClass archive.";
        if (rule.Action.Type == Expire && rule.Action.TargetStorageClass is not null)
            return "An action of the type expire has no targetStorageClass.";
        if (rule.Selection is not { } selection)
            return "Each rule must have a selection.";
        if (selection.TagStatus is not (Tagged or Untagged or Any))
            return "The tagStatus must be tagged, untagged or any.";

        if ((selection.TagPrefixList ?? []).Concat(selection.TagPatternList ?? []).Any(string.IsNullOrEmpty))
            return "The entries of a tagPrefixList or a tagPatternList must be strings of one character or more.";

        var names =
            (selection.TagPrefixList is { Count: > 0 } ? 1 : 0) + (selection.TagPatternList is { Count: > 0 } ? 1 : 0);
        if (selection.TagStatus == Tagged && names != 1)
            return "A rule for tagged images must have either a tagPrefixList or a tagPatternList.";
        if (selection.TagStatus != Tagged && names > 0)
            return "Only a rule for tagged images may have a tagPrefixList or a tagPatternList.";

        if (FaultOfStorageClass(selection, rule.Action) is { } fault)
            return fault;
        if (selection.CountNumber is not > 0)
            return "The countNumber must be 1 or more.";
        return selection.CountType switch
        {
            CountMoreThan => selection.CountUnit is null ? null : $"The countType {CountMoreThan} has no countUnit.",
            SinceTransitioned when selection.CountNumber < LeastDaysInArchive =>
                $"An image stays in the archive for {LeastDaysInArchive} days or more.",
            SincePushed or SincePulled or SinceTransitioned => selection.CountUnit == "days"
                ? null
                : $"The countType {selection.CountType} must have the countUnit days.",
            _ => $"The countType must be {CountMoreThan}, {SincePushed}, {SincePulled} or {SinceTransitioned}.",
        };
    }

    private static string? FaultOfStorageClass(LifecycleSelection selection, LifecycleAction action) =>
        selection.StorageClass switch
        {
            not (null or Standard or Archive) => "The storageClass must be standard or archive.",
            Archive when action.Type == Transition => "An image in the archive cannot be transitioned.",
            Archive when selection.CountType != SinceTransitioned =>
                $"The storageClass archive must have the countType {SinceTransitioned}.",
            not Archive when selection.CountType == SinceTransitioned =>
                $"The countType {SinceTransitioned} must have the storageClass archive.",
            _ => null,
        };
}
