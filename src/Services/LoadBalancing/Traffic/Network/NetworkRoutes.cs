using System.Net;
using System.Net.Sockets;
using Estiba.LoadBalancing.Traffic.Targets;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>A listener's configuration as it is at one of its addresses: where flows go. Never changes.</summary>
internal sealed class NetworkRoutes(NetworkListenerConfiguration listener, string zone, NetworkCounters counters)
{
    private readonly IReadOnlyList<Choice> _choices =
    [
        .. listener.Groups.Select(weighted => Choice.Of(weighted.Group, weighted.Weight, zone)),
    ];

    public NetworkListenerConfiguration Listener { get; } = listener;

    public NetworkCounters Counters { get; } = counters;

    /// <summary>The target of a new flow; null where there is none.</summary>
    public (NetworkTargetGroupConfiguration Group, IPEndPoint Target)? Choose(
        IPEndPoint source,
        IPEndPoint destination,
        ProtocolType protocol
    )
    {
        var flow = FlowHash.Of(source, destination, protocol);
        var client = FlowHash.Of(source.Address);
        var chance = FlowHash.Chance(Listener.StickyGroups ? client : flow);
        var choice = TargetSelection.ChooseByWeight(_choices, static each => each.Weight, chance);
        if (choice is not { Candidates: { Count: > 0 } candidates, Group: var group })
            return null;
        // The highest of the targets' numbers for the client: another target more or less moves few clients.
        var target = group.StickyBySource
            ? candidates.MaxBy(each => FlowHash.Mix(client, FlowHash.NumberOf(each)))!
            : candidates[(int)(flow % (uint)candidates.Count)];
        return (group, target);
    }

    /// <summary>Whether new flows may go to a target of a group.</summary>
    public bool MayChoose(string group, IPEndPoint target) =>
        _choices.Any(each => each.Group.Arn == group && each.Candidates.Contains(target));

    /// <summary>Whether a flow has to end because of what became of its target.</summary>
    public bool Ends(string group, IPEndPoint target)
    {
        // A flow whose group the listener has no more goes on, as after any change of the default action.
        if (_choices.FirstOrDefault(each => each.Group.Arn == group) is not { } choice)
            return false;
        var its = choice.Group.Targets.FirstOrDefault(each => each.EndPoint.Equals(target));
        return its is null
            ? choice.Group.EndsWithDeregistration
            : its.State == TargetState.Unhealthy && choice.Group.EndsWhenUnhealthy && !choice.FailsOpen;
    }

    private sealed record Choice(
        NetworkTargetGroupConfiguration Group,
        int Weight,
        IReadOnlyList<IPEndPoint> Candidates,
        bool FailsOpen
    )
    {
        internal static Choice Of(NetworkTargetGroupConfiguration group, int weight, string zone)
        {
            var (candidates, failsOpen) = TargetSelection.Candidates(
                group.Targets.Where(target => group.CrossZone || target.Zone is null || target.Zone == zone),
                target => target.State,
                group.Threshold
            );
            return new Choice(group, weight, [.. candidates.Select(target => target.EndPoint)], failsOpen);
        }
    }
}
