namespace Estiba.AutoScaling.Groups;

/// <summary>
/// The metrics of groups ("Amazon CloudWatch metrics for Amazon EC2 Auto Scaling", user guide). Capacity is counted in
/// instances; there are no warm pools, so that nothing is told of them.
/// </summary>
internal static class GroupMetric
{
    /// <summary>How often they are told.</summary>
    internal const string Granularity = "1Minute";

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
}
