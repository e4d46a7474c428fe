using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.AutoScaling.Refreshes;

namespace Estiba.AutoScaling.Reconciling;

/// <summary>
/// Decides which instances a group launches and which it ends next, so that there are as many as wanted, healthy, even
/// over its zones, and none that is to be replaced. Pure.
/// </summary>
internal static class CapacityPlan
{
    /// <summary>The bounds of replacing where nobody says any: as many as there is no other way.</summary>
    private const int Full = 100;

    /// <summary>The next step.</summary>
    internal static CapacityStep Next(GroupState state)
    {
        if (state.Group.IsDeleting)
            return new CapacityStep([], [.. EndAll(state)]);
        var ending = Unhealthy(state).ToList();
        var staying = state.Instances.Where(each => each.Counts && !Ends(ending, each)).ToList();
        var difference = state.Group.Desired - staying.Count;
        if (difference > 0)
            return new CapacityStep(Launch(state, staying, difference, ending.Count), ending);
        if (difference < 0)
            return new CapacityStep([], [.. ending, .. ScaleIn(state, staying, -difference)]);
        return ending.Count > 0 ? new CapacityStep([], ending) : Replace(state, staying);
    }

    private static bool Ends(List<PlannedEnd> ending, GroupInstanceRecord instance) =>
        ending.Exists(end => end.Instance.Id == instance.Id);

    private static IEnumerable<PlannedEnd> EndAll(GroupState state) =>
        state
            .Instances.Where(each => each.InstanceId is not null && !Lifecycle.IsEnding(each.State))
            .Select(each => new PlannedEnd(each, Because(state, TakenOut(state, state.Instances.Count, 0))));

    // Where a maintenance policy asks for all to be healthy, an instance that still runs is replaced first.
    private static IEnumerable<PlannedEnd> Unhealthy(GroupState state)
    {
        if (!state.Group.Runs(ScalingProcess.ReplaceUnhealthy) || !state.Group.Runs(ScalingProcess.Terminate))
            return [];
        var waits = state.Group.Maintenance?.MinHealthyPercentage >= Full && state.Group.Runs(ScalingProcess.Launch);
        return state
            .Instances.Where(each =>
                each is { Unhealthy: not null, InstanceId: not null }
                && (Lifecycle.Counts(each.State) || each.State == Lifecycle.Standby)
                && !(waits && each.State == Lifecycle.InService)
            )
            .Select(each => new PlannedEnd(each, EndOf(state, each)));
    }

    private static string EndOf(GroupState state, GroupInstanceRecord instance) =>
        $"At {Moments.Text(state.Now)} {instance.Unhealthy}";

    private static List<PlannedLaunch> Launch(
        GroupState state,
        List<GroupInstanceRecord> staying,
        int count,
        int replaced
    )
    {
        if (!state.Group.Runs(ScalingProcess.Launch) || state.RetryAt > state.Now)
            return [];
        var from = staying.Count;
        var at = Moments.Text(state.Now);
        var difference =
            $"At {at} an instance was started in response to a difference between desired and actual capacity, "
            + $"increasing the capacity from {from} to {from + count}.";
        var unhealthy =
            $"At {at} an instance was launched in response to an unhealthy instance needing to be replaced.";
        return
        [
            .. Places(state, staying, count)
                .Select(
                    (place, index) =>
                        new PlannedLaunch(place, index < replaced ? unhealthy : Because(state, difference), false)
                ),
        ];
    }

    private static IEnumerable<PlannedEnd> ScaleIn(GroupState state, List<GroupInstanceRecord> staying, int count)
    {
        if (!state.Group.Runs(ScalingProcess.Terminate))
            yield break;
        var due = Due(state).Select(end => end.Instance.Id).ToHashSet(StringComparer.Ordinal);
        var left = staying.ToList();
        for (var i = 0; i < count; i++)
        {
            // What is to be replaced anyway goes first.
            var replaced = left.Where(each => due.Contains(each.Id) && each.InstanceId is not null).ToList();
            var free = left.Where(each => each is { IsProtected: false, InstanceId: not null }).ToList();
            if (ScaleInChoice.Of(state, left, replaced.Count > 0 ? replaced : free) is not { } chosen)
                yield break;
            left.Remove(chosen);
            yield return new PlannedEnd(
                chosen,
                Because(state, TakenOut(state, staying.Count, staying.Count - count))
                    + $"  At {Moments.Text(state.Now)} instance {chosen.Name} was selected for termination."
            );
        }
    }

    // There are as many as wanted: those that are to be replaced, and zones that are uneven.
    private static CapacityStep Replace(GroupState state, List<GroupInstanceRecord> staying)
    {
        if (!state.Group.Runs(ScalingProcess.Launch) || !state.Group.Runs(ScalingProcess.Terminate))
            return CapacityStep.None;
        var extras = state.Instances.Count(each => each.IsExtra && !Lifecycle.IsEnding(each.State));
        var due = Due(state).DistinctBy(end => end.Instance.Id).Where(end => staying.Contains(end.Instance)).ToList();
        if (due.Count == 0)
            return extras == 0 ? Rebalance(state, staying) : CapacityStep.None;
        var (least, most) = Bounds(state);
        if (most <= state.Group.Desired)
        {
            var spare = staying.Count(each => state.IsWarm(each) && each.Unhealthy is null) - least;
            // One that does nobody any good may go whatever the bounds say.
            return new CapacityStep([], [.. due.Take(Math.Max(spare, due.Count(IsUseless)))]);
        }

        var room = Math.Min(most - staying.Count - extras, due.Count - extras);
        if (room <= 0 || state.RetryAt > state.Now)
            return CapacityStep.None;
        var cause =
            $"At {Moments.Text(state.Now)} an instance was launched in response to an instance needing to be replaced.";
        return new CapacityStep(
            [.. Places(state, staying, room).Select(place => new PlannedLaunch(place, cause, IsExtra: true))],
            []
        );
    }

    private static bool IsUseless(PlannedEnd end) => end.Instance.State != Lifecycle.InService;

    private static (int Least, int Most) Bounds(GroupState state)
    {
        var least = state.Refresh?.Preferences.MinHealthyPercentage ?? state.Group.Maintenance?.MinHealthyPercentage;
        var most = state.Refresh?.Preferences.MaxHealthyPercentage ?? state.Group.Maintenance?.MaxHealthyPercentage;
        var desired = state.Group.Desired;
        var (low, high) = (Percent(least ?? Full), Percent(most ?? Full, up: false));
        // With neither one less nor one more nothing could ever be replaced.
        return low >= desired && high <= desired ? (desired, desired + 1) : (low, high);

        int Percent(int percent, bool up = true) =>
            up ? (int)Math.Ceiling(desired * percent / 100.0) : (int)Math.Floor(desired * percent / 100.0);
    }

    private static IEnumerable<PlannedEnd> Due(GroupState state)
    {
        var at = Moments.Text(state.Now);
        foreach (var unhealthy in state.Instances.Where(each => each.Counts && each.Unhealthy is not null))
            yield return new PlannedEnd(unhealthy, EndOf(state, unhealthy));
        if (state.Refresh is { } refresh && state.Group.Runs(ScalingProcess.InstanceRefresh))
        {
            var mayEnd = RefreshRules
                .ToReplace(refresh, state.Instances, state.Source)
                .Where(old => !old.IsProtected || !RefreshRules.Waits(refresh));
            foreach (var old in mayEnd)
                yield return new PlannedEnd(
                    old,
                    $"At {at} an instance was taken out of service in response to an instance refresh."
                );
        }

        if (state.Group.MaxLifetime is not (> 0 and var lifetime))
            yield break;
        foreach (
            var old in state
                .Instances.Where(each => each.Counts && each.CreatedAt.AddSeconds(lifetime) <= state.Now)
                .OrderBy(each => each.CreatedAt)
        )
            yield return new PlannedEnd(
                old,
                $"At {at} an instance was taken out of service in response to the instance's maximum lifetime being "
                    + "reached."
            );
    }

    // "… launches new instances before attempting to terminate the previous ones" ("Rebalancing activities", user
    // guide).
    private static CapacityStep Rebalance(GroupState state, List<GroupInstanceRecord> staying)
    {
        var group = state.Group;
        if (
            !group.Runs(ScalingProcess.AZRebalance)
            || state.RetryAt > state.Now
            || staying.Count == 0
            || staying.Exists(each => each.State != Lifecycle.InService)
            || state.Instances.Any(each => Lifecycle.IsEnding(each.State))
        )
            return CapacityStep.None;
        var counts = staying.CountBy(each => each.Zone).ToDictionary();
        var smallest = group.Zones.MinBy(zone => counts.GetValueOrDefault(zone))!;
        var least = counts.GetValueOrDefault(smallest);
        var crowded = counts
            .Where(zone => group.Zones.Contains(zone.Key) ? zone.Value > least + 1 : zone.Value > 0)
            .Select(zone => zone.Key)
            .ToList();
        if (!staying.Exists(each => crowded.Contains(each.Zone) && !each.IsProtected))
            return CapacityStep.None;
        var cause =
            $"At {Moments.Text(state.Now)} instances were launched to balance instances in zones {smallest} with "
            + "other zones resulting in more than desired number of instances in the group.";
        return new CapacityStep(
            [.. Places(state, staying, 1).Select(place => new PlannedLaunch(place, cause, IsExtra: true))],
            []
        );
    }

    /// <summary>Where new instances go: each to the zone, and there to the subnet, that has the fewest.</summary>
    internal static IReadOnlyList<GroupSubnet> Places(
        GroupState state,
        IReadOnlyList<GroupInstanceRecord> staying,
        int count
    )
    {
        var extras = state.Instances.Where(each => each.IsExtra && !Lifecycle.IsEnding(each.State));
        var all = staying.Concat(extras).ToList();
        var zones = all.CountBy(each => each.Zone).ToDictionary();
        var subnets = all.CountBy(each => each.SubnetId ?? "").ToDictionary();
        var places = new List<GroupSubnet>();
        for (var i = 0; i < count; i++)
        {
            var place = state.Group.Subnets.MinBy(subnet =>
                (zones.GetValueOrDefault(subnet.Zone), subnets.GetValueOrDefault(subnet.Id))
            )!;
            places.Add(place);
            zones[place.Zone] = zones.GetValueOrDefault(place.Zone) + 1;
            subnets[place.Id] = subnets.GetValueOrDefault(place.Id) + 1;
        }

        return places;
    }

    private static string TakenOut(GroupState state, int from, int to) =>
        $"At {Moments.Text(state.Now)} an instance was taken out of service in response to a difference between "
        + $"desired and actual capacity, shrinking the capacity from {from} to {to}.";

    private static string Because(GroupState state, string what) =>
        state.Group.Cause is { } cause ? $"{cause}  {what}" : what;
}

/// <summary>What a group does next.</summary>
/// <param name="Launches">Instances to launch.</param>
/// <param name="Ends">Instances to end.</param>
internal sealed record CapacityStep(IReadOnlyList<PlannedLaunch> Launches, IReadOnlyList<PlannedEnd> Ends)
{
    /// <summary>Nothing.</summary>
    internal static readonly CapacityStep None = new([], []);
}

/// <summary>An instance to launch.</summary>
/// <param name="Subnet">Where.</param>
/// <param name="Cause">Why, for its activity.</param>
/// <param name="IsExtra">Whether it is there beside one that ends when it is in service.</param>
internal sealed record PlannedLaunch(GroupSubnet Subnet, string Cause, bool IsExtra);

/// <summary>An instance to end.</summary>
/// <param name="Instance">Which.</param>
/// <param name="Cause">Why, for its activity.</param>
internal sealed record PlannedEnd(GroupInstanceRecord Instance, string Cause);
