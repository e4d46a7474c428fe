using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;

namespace Estiba.AutoScaling.Metrics;

/// <summary>What the metrics of a group are.</summary>
internal static class GroupMetricValue
{
    private const string OfWarmPool = "WarmPool";

    /// <summary>A metric of a group at this moment; null for one that it does not have.</summary>
    internal static int? Of(string metric, GroupRecord group, IReadOnlyList<GroupInstanceRecord> instances) =>
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
