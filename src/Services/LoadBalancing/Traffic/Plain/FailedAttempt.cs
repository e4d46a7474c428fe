using Estiba.LoadBalancing.Traffic.Forwarding;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;

namespace Estiba.LoadBalancing.Traffic.Plain;

/// <summary>A request that was sent to a target, or should have been, and got no answer.</summary>
/// <param name="Routes">By what it was answered.</param>
/// <param name="Rule">Its rule.</param>
/// <param name="Group">The group that was chosen.</param>
/// <param name="Target">The target that was chosen.</param>
/// <param name="Turn">Which choice it was of the group.</param>
/// <param name="Result">Why there is no answer.</param>
internal sealed record FailedAttempt(
    ListenerRoutes Routes,
    RuleConfiguration Rule,
    TargetGroupConfiguration Group,
    TargetConfiguration Target,
    uint Turn,
    ForwardingResult Result
);

/// <summary>What is known of a connection that an event loop has served before.</summary>
/// <param name="attempt">What came of its next request already; null where that is new.</param>
internal sealed class ServedBefore(FailedAttempt? attempt)
{
    private FailedAttempt? _attempt = attempt;

    /// <summary>The attempt, once.</summary>
    public FailedAttempt? TakeAttempt()
    {
        var taken = _attempt;
        _attempt = null;
        return taken;
    }
}
