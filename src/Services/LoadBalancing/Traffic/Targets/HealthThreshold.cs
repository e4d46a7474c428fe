namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>How many healthy targets a group needs ("Target group health", user guides).</summary>
/// <param name="Count">So many; 0 for <c>off</c>.</param>
/// <param name="Percent">So many of a hundred that are registered; 0 for <c>off</c>.</param>
public readonly record struct HealthThreshold(int Count, int Percent = 0)
{
    /// <summary>AWS's default: one.</summary>
    public static readonly HealthThreshold One = new(1);

    /// <summary>Whether it is reached; with both kinds of threshold both must be.</summary>
    public bool IsMet(int healthy, int registered) => healthy >= Count && healthy * 100 >= Percent * registered;
}
