using Estiba.Contracts;

namespace Estiba.ApplicationAutoScaling.TargetTracking;

/// <summary>Alarms that no policy has any more, or none yet: they are to be deleted.</summary>
/// <param name="Scope">The account and region.</param>
/// <param name="Id">A UUID.</param>
/// <param name="Names">The alarms.</param>
/// <param name="NotBefore">When at the earliest: whoever makes alarms for a policy writes them down here first, so that
/// none is left behind when the platform is killed before the policy has them.</param>
internal sealed record LeftAlarms(Scope Scope, string Id, IReadOnlyList<string> Names, DateTimeOffset NotBefore)
{
    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Id);
}
