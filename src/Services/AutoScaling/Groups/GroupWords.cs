namespace Estiba.AutoScaling.Groups;

/// <summary>What says how an instance is.</summary>
internal static class HealthChecks
{
    internal const string Ec2 = "EC2";
    internal const string Elb = "ELB";

    internal static readonly IReadOnlyList<string> All = [Ec2, Elb];
}

/// <summary>The processes of a group that can be suspended ("Suspend and resume Auto Scaling processes", user
/// guide).</summary>
internal static class ScalingProcess
{
    internal const string AddToLoadBalancer = "AddToLoadBalancer";
    internal const string AlarmNotification = "AlarmNotification";
    internal const string AZRebalance = "AZRebalance";
    internal const string HealthCheck = "HealthCheck";
    internal const string InstanceRefresh = "InstanceRefresh";
    internal const string Launch = "Launch";
    internal const string ReplaceUnhealthy = "ReplaceUnhealthy";
    internal const string ScheduledActions = "ScheduledActions";
    internal const string Terminate = "Terminate";

    internal static readonly IReadOnlyList<string> All =
    [
        AZRebalance,
        AddToLoadBalancer,
        AlarmNotification,
        HealthCheck,
        InstanceRefresh,
        Launch,
        ReplaceUnhealthy,
        ScheduledActions,
        Terminate,
    ];
}

/// <summary>Which instance ends first ("Configure termination policies", user guide).</summary>
internal static class TerminationPolicy
{
    internal const string AllocationStrategy = "AllocationStrategy";
    internal const string ClosestToNextInstanceHour = "ClosestToNextInstanceHour";
    internal const string Default = "Default";
    internal const string NewestInstance = "NewestInstance";
    internal const string OldestInstance = "OldestInstance";
    internal const string OldestLaunchConfiguration = "OldestLaunchConfiguration";
    internal const string OldestLaunchTemplate = "OldestLaunchTemplate";

    internal static readonly IReadOnlyList<string> All =
    [
        AllocationStrategy,
        ClosestToNextInstanceHour,
        Default,
        NewestInstance,
        OldestInstance,
        OldestLaunchConfiguration,
        OldestLaunchTemplate,
    ];
}
