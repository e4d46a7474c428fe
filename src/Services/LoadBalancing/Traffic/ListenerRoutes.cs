using Estiba.LoadBalancing.Traffic.AccessLogs;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;

namespace Estiba.LoadBalancing.Traffic;

/// <summary>A listener's configuration as it is in one zone, and the traffic of its target groups: what one request is
/// answered by.</summary>
internal sealed class ListenerRoutes(
    ListenerConfiguration listener,
    string zone,
    IReadOnlyDictionary<string, TargetGroupTraffic> groups,
    LoadBalancerCounters counters,
    AccessLog log
)
{
    private readonly Dictionary<string, IReadOnlyList<TargetConfiguration>> _candidates = GroupsOf(listener)
        .DistinctBy(group => group.Arn)
        .ToDictionary(
            group => group.Arn,
            group =>
                TargetSelection
                    .Candidates(
                        group.Targets.Where(its => group.CrossZone || its.Zone is null || its.Zone == zone),
                        target => target.State,
                        group.Threshold
                    )
                    .Targets
        );

    public ListenerConfiguration Listener { get; } = listener;

    /// <summary>Whether some rules may forward requests that need not be looked at closely: answers go as they come,
    /// and over no TLS.</summary>
    public bool ForwardsPlainly { get; } =
        listener.Certificates is null
        && listener.ResponseHeaders == ResponseHeaders.Unchanged
        && listener.Rules.Any(rule => rule.Action is ForwardAction);

    /// <summary>Whether some rule looks at headers.</summary>
    public bool LooksAtHeaders { get; } =
        listener.Rules.SelectMany(rule => rule.Conditions).Any(condition => condition is HttpHeaderCondition);

    public LoadBalancerCounters Counters { get; } = counters;

    /// <summary>Gets what is told of requests.</summary>
    public AccessLog Log { get; } = log;

    public TargetGroupTraffic TrafficOf(TargetGroupConfiguration group) => groups[group.Arn];

    /// <summary>The targets of a group that new requests may go to.</summary>
    public IReadOnlyList<TargetConfiguration> CandidatesOf(TargetGroupConfiguration group) => _candidates[group.Arn];

    /// <summary>The target groups to which a listener forwards.</summary>
    public static IEnumerable<TargetGroupConfiguration> GroupsOf(ListenerConfiguration listener) =>
        listener
            .Rules.Select(rule => rule.Action)
            .OfType<ForwardAction>()
            .SelectMany(forward => forward.Groups)
            .Select(weighted => weighted.Group);
}
