namespace Estiba.ApplicationAutoScaling.Capacity;

/// <summary>What holds for a wish of any policy: bounds, suspensions, deployments, cooldowns and other
/// policies.</summary>
internal static class CapacityRules
{
    /// <summary>The cooldown of a policy that says none, for ECS ("Define cooldown periods", user guide).</summary>
    internal static readonly TimeSpan DefaultCooldown = TimeSpan.FromSeconds(300);

    /// <summary>A policy's cooldown.</summary>
    /// <param name="seconds">As the policy says.</param>
    internal static TimeSpan Cooldown(int? seconds) =>
        seconds is { } said ? TimeSpan.FromSeconds(said) : DefaultCooldown;

    /// <summary>More tasks are wanted. A cooldown is in the number already, as what was added counts.</summary>
    internal static Verdict ScaleOut(ScalingState state, int wanted)
    {
        Verdict Decide()
        {
            if (state.IsOutSuspended)
                return Verdict.Not(NotScaledCode.Suspended, state);
            var count = Bounded(state, wanted);
            if (count > state.Desired)
                return Verdict.To(count);
            return Verdict.Not(
                state.Desired >= state.Max
                    ? NotScaledCode.AlreadyAtMaxCapacity
                    : NotScaledCode.AlreadyAtDesiredCapacity,
                state
            );
        }

        return Decide() with
        {
            Wanted = wanted,
        };
    }

    /// <summary>Fewer tasks are wanted.</summary>
    internal static Verdict ScaleIn(ScalingState state, int wanted, TimeSpan cooldown)
    {
        Verdict Decide()
        {
            if (state.IsInSuspended)
                return Verdict.Not(NotScaledCode.Suspended, state);
            if (state.IsDeploying)
                return Verdict.Not(NotScaledCode.Unscalable, state);
            if (
                state.LastOut?.IsWithin(cooldown, state.Now) == true
                || state.LastIn?.IsWithin(cooldown, state.Now) == true
            )
                return Verdict.Not(NotScaledCode.AnticipatedFlapping, state);
            var count = Bounded(state, Math.Max(wanted, state.WantedByOthers ?? wanted));
            if (count < state.Desired)
                return Verdict.To(count);
            return Verdict.Not(
                state.Desired <= state.Min
                    ? NotScaledCode.AlreadyAtMinCapacity
                    : NotScaledCode.AlreadyAtDesiredCapacity,
                state
            );
        }

        return Decide() with
        {
            Wanted = wanted,
            ScalesIn = true,
        };
    }

    private static int Bounded(ScalingState state, int wanted) =>
        Math.Clamp(wanted, Math.Min(state.Min, state.Max), state.Max);
}
