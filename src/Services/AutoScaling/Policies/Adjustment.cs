namespace Estiba.AutoScaling.Policies;

/// <summary>What a policy's adjustment means ("Scaling adjustment types", user guide). Pure.</summary>
internal static class Adjustment
{
    internal const string Change = "ChangeInCapacity";
    internal const string Exact = "ExactCapacity";
    internal const string Percent = "PercentChangeInCapacity";

    internal static readonly IReadOnlyList<string> Types = [Change, Exact, Percent];

    /// <summary>The capacity after an adjustment.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="adjustment">By how much, or to how many.</param>
    /// <param name="from">The capacity before.</param>
    internal static int Apply(PolicyRecord policy, int adjustment, int from) =>
        policy.AdjustmentType switch
        {
            Exact => Math.Max(0, adjustment),
            Percent => Sum(from, AtLeast(policy.MinMagnitude ?? 0, PartOf(from, adjustment), Math.Sign(adjustment))),
            _ => Sum(from, AtLeast(policy.MinMagnitude ?? 0, adjustment, Math.Sign(adjustment))),
        };

    // Rounded towards zero, but never to it.
    private static int PartOf(int from, int percent)
    {
        var exact = (long)from * percent;
        var whole = exact / 100;
        return (int)(whole == 0 ? Math.Sign(exact) : Math.Clamp(whole, int.MinValue, int.MaxValue));
    }

    private static int AtLeast(int magnitude, int change, int sign) =>
        Math.Abs((long)change) >= magnitude ? change : sign * magnitude;

    private static int Sum(int from, int change) => (int)Math.Clamp((long)from + change, 0, int.MaxValue);
}
