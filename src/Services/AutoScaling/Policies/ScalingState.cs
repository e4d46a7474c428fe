namespace Estiba.AutoScaling.Policies;

/// <summary>What a policy knows of its group when it is asked.</summary>
/// <param name="Desired">How many instances are wanted.</param>
/// <param name="Min">The least that may be wanted.</param>
/// <param name="Max">The most that may be wanted.</param>
/// <param name="Warm">How many are in service for so long that metrics count them.</param>
/// <param name="OthersScaleIn">Whether all other policies that track a target and may scale in want to do so
/// too.</param>
internal sealed record ScalingState(int Desired, int Min, int Max, int Warm, bool OthersScaleIn)
{
    /// <summary>Whether instances are on their way that no metric counts yet.</summary>
    public bool IsWarming => Warm < Desired;

    /// <summary>The capacity that a metric was measured on.</summary>
    public int Measured => Math.Min(Warm, Desired);

    /// <summary>A number of instances within the bounds.</summary>
    public int Bounded(int wanted) => Math.Clamp(wanted, Min, Math.Max(Min, Max));
}
