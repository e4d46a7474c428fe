namespace Estiba.Ecr.Lifecycle;

/// <summary>The rules for lifecycle policies ("Lifecycle policy properties" and "Creating a lifecycle policy", Amazon ECR user guide).</summary>
internal static class LifecycleValidation
{
    public const string CountMoreThan = "imageCountMoreThan";
    public const string SincePushed = "sinceImagePushed";
    public const string SincePulled = "sinceImagePulled";
    public const string Tagged = "tagged";
    public const string Untagged = "untagged";
    public const string Any = "any";

    private const int MostRules = 50;

    /// <returns>Null if the policy is sound.</returns>
    public static string? FaultOf(LifecyclePolicy policy)
    {
        if (policy.Rules is not { Count: > 0 } rules) return $"A policy has 1 to {MostRules} rules.";
        if (rules.Count > MostRules) return $"array is too long: must have at most {MostRules} elements but instance has {rules.Count} elements";
        if (rules.Select(FaultOf).FirstOrDefault(fault => fault is not null) is { } first) return first;
        if (rules.GroupBy(rule => rule.RulePriority).Any(same => same.Count() > 1)) return "Each rule must have a rulePriority of its own.";

        var any = rules.Where(rule => rule.Selection!.TagStatus == Any).ToList();
        if (any.Count > 1 || any.Any(rule => rule.RulePriority < rules.Max(other => other.RulePriority)))
            return "Only one rule may have the tagStatus any, and its rulePriority must be the highest.";
        return rules.Count(rule => rule.Selection!.TagStatus == Untagged) > 1 ? "Only one rule can select Untagged images" : null;
    }

    private static string? FaultOf(LifecycleRule? rule)
    {
        if (rule is null) return "A rule must be an object.";
        if (rule.RulePriority is not > 0) return "Each rule must have a rulePriority of 1 or more.";
        if (rule.Action?.Type != "expire") return "The action's type must be expire.";
        if (rule.Selection is not { } selection) return "Each rule must have a selection.";
        if (selection.TagStatus is not (Tagged or Untagged or Any)) return "The tagStatus must be tagged, untagged or any.";

        if ((selection.TagPrefixList ?? []).Concat(selection.TagPatternList ?? []).Any(string.IsNullOrEmpty)) return "The entries of a tagPrefixList or a tagPatternList must be strings of one character or more.";

        var names = (selection.TagPrefixList is { Count: > 0 } ? 1 : 0) + (selection.TagPatternList is { Count: > 0 } ? 1 : 0);
        if (selection.TagStatus == Tagged && names != 1) return "A rule for tagged images must have either a tagPrefixList or a tagPatternList.";
        if (selection.TagStatus != Tagged && names > 0) return "Only a rule for tagged images may have a tagPrefixList or a tagPatternList.";

        if (selection.CountNumber is not > 0) return "The countNumber must be 1 or more.";
        return selection.CountType switch
        {
            CountMoreThan => selection.CountUnit is null ? null : $"The countType {CountMoreThan} has no countUnit.",
            SincePushed or SincePulled => selection.CountUnit == "days" ? null : $"The countType {selection.CountType} must have the countUnit days.",
            _ => $"The countType must be {CountMoreThan}, {SincePushed} or {SincePulled}.",
        };
    }
}
