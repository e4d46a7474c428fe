using System.Globalization;
using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;

namespace Estiba.AutoScaling.Reconciling;

/// <summary>Chooses the instance that ends when a group scales in ("Configure termination policies", user guide).
/// Pure.</summary>
internal static class ScaleInChoice
{
    /// <summary>The instance that ends next; null where none may.</summary>
    /// <param name="state">The group.</param>
    /// <param name="all">The instances that are its capacity.</param>
    /// <param name="free">Those of them that may end.</param>
    internal static GroupInstanceRecord? Of(
        GroupState state,
        IReadOnlyList<GroupInstanceRecord> all,
        List<GroupInstanceRecord> free
    )
    {
        if (free.Count == 0)
            return null;
        if (free.FindAll(each => each.Unhealthy is not null) is { Count: > 0 } unhealthy)
            free = unhealthy;
        free = OfLargestZones(state.Group, free, all);
        foreach (var policy in state.Group.TerminationPolicies)
        {
            free = policy switch
            {
                TerminationPolicy.OldestInstance => Least(free, each => each.CreatedAt.UtcTicks),
                TerminationPolicy.NewestInstance => Least(free, each => -each.CreatedAt.UtcTicks),
                TerminationPolicy.OldestLaunchConfiguration => OldestConfiguration(state, free),
                TerminationPolicy.OldestLaunchTemplate => OldestTemplate(state, free),
                TerminationPolicy.ClosestToNextInstanceHour => ClosestToHour(state, free),
                // All are on demand.
                TerminationPolicy.AllocationStrategy => free,
                _ => ClosestToHour(state, OldestTemplate(state, OldestConfiguration(state, free))),
            };
        }

        return free.MinBy(each => each.Name, StringComparer.Ordinal);
    }

    // A zone that the group has no more goes before all others.
    private static List<GroupInstanceRecord> OfLargestZones(
        GroupRecord group,
        List<GroupInstanceRecord> free,
        IReadOnlyList<GroupInstanceRecord> all
    )
    {
        var zones = group.Zones.ToHashSet(StringComparer.Ordinal);
        var counts = all.CountBy(each => each.Zone).ToDictionary();
        return Least(free, each => zones.Contains(each.Zone) ? -counts[each.Zone] : long.MinValue);
    }

    private static List<GroupInstanceRecord> OldestConfiguration(GroupState state, List<GroupInstanceRecord> free)
    {
        var configured = free.Where(each => each.LaunchConfiguration is not null).ToList();
        if (configured.Count == 0)
            return free;
        var others = configured.Where(each => each.LaunchConfiguration != state.Group.LaunchConfiguration).ToList();
        return others.Count > 0 ? others : configured;
    }

    private static List<GroupInstanceRecord> OldestTemplate(GroupState state, List<GroupInstanceRecord> free) =>
        Least(free, each => each.LaunchTemplate is not { } template ? -2
            : template.LaunchTemplateId != state.Group.LaunchTemplate?.LaunchTemplateId ? -1
            : long.Parse(template.Version ?? "0", CultureInfo.InvariantCulture));

    private static List<GroupInstanceRecord> ClosestToHour(GroupState state, List<GroupInstanceRecord> free) =>
        Least(free, each =>
            TimeSpan.TicksPerHour - Math.Max(0, (state.Now - each.CreatedAt).Ticks) % TimeSpan.TicksPerHour
        );

    private static List<GroupInstanceRecord> Least(
        List<GroupInstanceRecord> free,
        Func<GroupInstanceRecord, long> value
    )
    {
        var least = free.Min(value);
        return free.FindAll(each => value(each) == least);
    }
}
