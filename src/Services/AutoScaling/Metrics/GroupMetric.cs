using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;

namespace Estiba.AutoScaling.Metrics;

/// <summary>
/// The metrics of groups ("Amazon CloudWatch metrics for Amazon EC2 Auto Scaling", user guide). Capacity is counted in
/// instances; there are no warm pools, so that nothing is told of them.
/// </summary>
internal static class GroupMetric
{
    /// <summary>How often they are told.</summary>
    internal const string Granularity = "1Minute";

    private const string OfWarmPool = "WarmPool";

    /// <summary>Their names.</summary>
    internal static IReadOnlyList<string> All { get; } =
    [
        "GroupMinSize",
        "GroupMaxSize",
        "GroupDesiredCapacity",
        "GroupInServiceInstances",
        "GroupPendingInstances",
        "GroupStandbyInstances",
        "GroupTerminatingInstances",
        "GroupTotalInstances",
        "GroupInServiceCapacity",
        "GroupPendingCapacity",
        "GroupStandbyCapacity",
        "GroupTerminatingCapacity",
        "GroupTotalCapacity",
        "WarmPoolDesiredCapacity",
        "WarmPoolWarmedCapacity",
        "WarmPoolPendingCapacity",
        "WarmPoolTerminatingCapacity",
        "WarmPoolTotalCapacity",
        "GroupAndWarmPoolDesiredCapacity",
        "GroupAndWarmPoolTotalCapacity",
    ];

    /// <summary>A metric of a group at this moment; null for one that it does not have.</summary>
    internal static int? ValueOf(string metric, GroupRecord group, IReadOnlyList<GroupInstanceRecord> instances) =>
        metric switch
        {
            "GroupMinSize" => group.Min,
            "GroupMaxSize" => group.Max,
            "GroupDesiredCapacity" or "GroupAndWarmPoolDesiredCapacity" => group.Desired,
            "GroupInServiceInstances" or "GroupInServiceCapacity" => instances.Count(each =>
                each.State == Lifecycle.InService
            ),
            "GroupPendingInstances" or "GroupPendingCapacity" => instances.Count(each => IsPending(each.State)),
            "GroupStandbyInstances" or "GroupStandbyCapacity" => instances.Count(each =>
                each.State == Lifecycle.Standby
            ),
            "GroupTerminatingInstances" or "GroupTerminatingCapacity" => instances.Count(each =>
                Lifecycle.IsEnding(each.State)
            ),
            "GroupTotalInstances" or "GroupTotalCapacity" or "GroupAndWarmPoolTotalCapacity" => instances.Count,
            _ when metric.StartsWith(OfWarmPool, StringComparison.Ordinal) => null,
            _ => throw new ArgumentException($"{metric} is no metric of a group.", nameof(metric)),
        };

    private static bool IsPending(string state) =>
        state is Lifecycle.Pending or Lifecycle.PendingWait or Lifecycle.PendingProceed;
}
