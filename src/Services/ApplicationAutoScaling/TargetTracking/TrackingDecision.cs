using Estiba.ApplicationAutoScaling.Capacity;
using Estiba.Contracts.ApplicationAutoScaling;

namespace Estiba.ApplicationAutoScaling.TargetTracking;

/// <summary>Decides what a policy that tracks a target does about a value of its metric. Pure.</summary>
/// <remarks>
/// AWS says what it does, and not by which formula ("Target tracking scaling policies", user guide): out in proportion
/// to the metric and as fast as it can, in more gradually. The rest is for peace: a value that was measured with fewer
/// tasks than there are now is not multiplied by those that were added since, and tasks are given up only when the
/// others are then no fuller than where scaling in begins.
/// </remarks>
internal static class TrackingDecision
{
    /// <summary>How long after a change the metric still tells of before: the minute in which it took effect, and the
    /// one whose value has not been evaluated yet.</summary>
    internal static readonly TimeSpan MeasuredAfter = TimeSpan.FromMinutes(2);

    /// <summary>At one time no more than this part of the tasks is given up, and one of few.</summary>
    private const int LargestPart = 4;

    /// <summary>What is lost in the arithmetic of fractions.</summary>
    private const double Rounding = 1e-9;

    /// <summary>Below which value a policy scales in: a tenth below its target.</summary>
    internal static double LowOf(double target) => target * 9 / 10;

    /// <summary>Decides.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="value">The newest value of its metric.</param>
    /// <param name="state">The service.</param>
    internal static Verdict Decide(TargetTrackingScalingPolicyConfiguration policy, double value, ScalingState state)
    {
        var target = policy.TargetValue!.Value;
        if (value > target)
            return Out(state, value / target, CapacityRules.Cooldown(policy.ScaleOutCooldown));
        if (value >= LowOf(target))
            return Verdict.Not(NotScaledCode.AlreadyAtDesiredCapacity, state) with { Wanted = state.Desired };
        if (policy.DisableScaleIn == true)
            return Verdict.Nothing;
        return In(policy, value, state);
    }

    private static Verdict Out(ScalingState state, double ratio, TimeSpan cooldown)
    {
        if (state.LastOut is not { } last || !last.IsWithin(Longer(cooldown, MeasuredAfter), state.Now))
            return CapacityRules.ScaleOut(state, Ceiling(Math.Max(1, state.Working) * ratio));
        // The value was measured with the tasks that there were before; later within the cooldown "the capacity that
        // has been added … is calculated as part of the desired capacity for the next scale-out".
        var wanted = last.IsWithin(MeasuredAfter, state.Now)
            ? Ceiling(Math.Max(1, last.From) * ratio)
            : Ceiling(Math.Max(1, state.Working) * ratio) - (last.To - last.From);
        return CapacityRules.ScaleOut(state, wanted) with { From = last.From };
    }

    private static Verdict In(TargetTrackingScalingPolicyConfiguration policy, double value, ScalingState state)
    {
        // Without tasks there is nothing that the value could have been measured on.
        if (state.Working == 0)
            return Verdict.Not(NotScaledCode.AlreadyAtDesiredCapacity, state);
        var target = policy.TargetValue!.Value;
        var enough = Ceiling(state.Working * (value / LowOf(target)));
        var wanted = Math.Max(enough, state.Desired - Math.Max(1, state.Desired / LargestPart));
        var cooldown = Longer(CapacityRules.Cooldown(policy.ScaleInCooldown), MeasuredAfter);
        if (state.Desired > state.Min && enough >= state.Desired && state.Desired <= state.Max)
            return Verdict.Not(NotScaledCode.AnticipatedFlapping, state) with { Wanted = enough, ScalesIn = true };
        var verdict = CapacityRules.ScaleIn(state, wanted, cooldown);
        return verdict.Count is null || state.OthersScaleIn
            ? verdict
            : Verdict.Not(NotScaledCode.AlreadyAtDesiredCapacity, state) with
            {
                Wanted = wanted,
                ScalesIn = true,
            };
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static int Ceiling(double tasks) => (int)Math.Min(int.MaxValue, Math.Ceiling(tasks - Rounding));
}
