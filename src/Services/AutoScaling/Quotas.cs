namespace Estiba.AutoScaling;

/// <summary>What an account may have in a region ("Quotas for Auto Scaling resources and groups", user
/// guide).</summary>
internal static class Quotas
{
    internal const int Groups = 500;

    internal const int LaunchConfigurations = 200;

    /// <summary>Scaling policies of a group.</summary>
    internal const int Policies = 50;

    /// <summary>Scheduled actions of a group.</summary>
    internal const int ScheduledActions = 125;

    /// <summary>Lifecycle hooks of a group.</summary>
    internal const int LifecycleHooks = 50;

    /// <summary>Step adjustments of a policy.</summary>
    internal const int StepAdjustments = 20;

    /// <summary>Target groups of a group.</summary>
    internal const int TargetGroups = 50;

    /// <summary>Topics that a group has told of its instances.</summary>
    internal const int Topics = 10;

    /// <summary>Tags of a group.</summary>
    internal const int Tags = 50;
}
