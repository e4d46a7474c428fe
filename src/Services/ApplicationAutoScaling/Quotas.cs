namespace Estiba.ApplicationAutoScaling;

/// <summary>What an account may have in a region ("Quotas for Application Auto Scaling", user guide).</summary>
internal static class Quotas
{
    /// <summary>Scalable targets of Amazon ECS.</summary>
    internal const int ScalableTargets = 3000;

    /// <summary>Scaling policies of a scalable target, of all types together.</summary>
    internal const int Policies = 50;

    /// <summary>Scheduled actions of a scalable target.</summary>
    internal const int ScheduledActions = 200;

    /// <summary>Step adjustments of a policy.</summary>
    internal const int StepAdjustments = 20;

    /// <summary>Tags of a scalable target.</summary>
    internal const int Tags = 50;
}
