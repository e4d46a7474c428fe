using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.ClusterAutoScaling;

/// <summary>
/// The metric <c>CapacityProviderReservation</c>: the instances that a capacity provider needs, in percent of those that
/// it has ("Deep dive on Amazon ECS cluster auto scaling"). Pure.
/// </summary>
internal static class CapacityReservation
{
    internal const string Namespace = "AWS/ECS/ManagedScaling";
    internal const string Name = "CapacityProviderReservation";

    private const double AllNeeded = 100;
    private const double Nothing = 200;

    /// <summary>The metric's value.</summary>
    /// <param name="group">How many instances the Auto Scaling group has, or is about to have.</param>
    /// <param name="registered">Those of them that are in a cluster, and whether each has tasks of its own, not those
    /// of daemons alone.</param>
    /// <param name="waiting">What tasks that wait for the provider ask for.</param>
    /// <param name="settings">By how many instances at least and at most the group scales.</param>
    internal static double Of(
        int group,
        IReadOnlyList<(ContainerInstanceRecord Instance, bool IsUsed)> registered,
        IReadOnlyList<TaskResources> waiting,
        Contracts.Ecs.ManagedScaling settings
    )
    {
        // Without instances there is nothing to be a percentage of.
        if (group == 0)
            return waiting.Count == 0 ? AllNeeded : Nothing;
        var coming = Math.Max(0, group - registered.Count);
        var needed =
            waiting.Count == 0
                ? coming + registered.Count(each => each.IsUsed)
                : group + More(registered, waiting, coming, settings);
        return AllNeeded * needed / group;
    }

    // Those that are on their way will take their share.
    private static int More(
        IReadOnlyList<(ContainerInstanceRecord Instance, bool IsUsed)> registered,
        IReadOnlyList<TaskResources> waiting,
        int coming,
        Contracts.Ecs.ManagedScaling settings
    )
    {
        var needed = waiting
            .GroupBy(each => (each.Cpu, each.Memory, string.Join(',', each.Ports.Concat(each.UdpPorts))))
            .Max(alike => (int)Math.Ceiling(alike.Count() / (double)OnOne(registered, alike.First())));
        var more = needed - coming;
        return more <= 0
            ? 0
            : Math.Clamp(
                more,
                settings.MinimumScalingStepSize ?? 1,
                Math.Max(settings.MinimumScalingStepSize ?? 1, settings.MaximumScalingStepSize ?? int.MaxValue)
            );
    }

    // How many of some tasks an empty instance takes; where none is known, one.
    private static int OnOne(
        IReadOnlyList<(ContainerInstanceRecord Instance, bool IsUsed)> registered,
        TaskResources resources
    )
    {
        if (registered.Count == 0 || resources.Ports.Count + resources.UdpPorts.Count > 0)
            return 1;
        var (cpu, memory) = (registered.Max(each => each.Instance.Cpu), registered.Max(each => each.Instance.Memory));
        var most = Math.Min(
            resources.Cpu > 0 ? cpu / resources.Cpu : int.MaxValue,
            resources.Memory > 0 ? memory / resources.Memory : int.MaxValue
        );
        return Math.Max(1, most);
    }
}
