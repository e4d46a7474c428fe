namespace Estiba.AutoScaling.Instances;

/// <summary>Where an instance is in its life ("Amazon EC2 Auto Scaling instance lifecycle", user guide).</summary>
internal static class Lifecycle
{
    internal const string Pending = "Pending";
    internal const string PendingWait = "Pending:Wait";
    internal const string PendingProceed = "Pending:Proceed";
    internal const string InService = "InService";
    internal const string Terminating = "Terminating";
    internal const string TerminatingWait = "Terminating:Wait";
    internal const string TerminatingProceed = "Terminating:Proceed";
    internal const string Detaching = "Detaching";
    internal const string EnteringStandby = "EnteringStandby";
    internal const string Standby = "Standby";

    /// <summary>Whether it is coming into service.</summary>
    internal static bool IsComing(string state) => state is Pending or PendingWait or PendingProceed;

    /// <summary>Whether it is leaving for good.</summary>
    internal static bool IsEnding(string state) =>
        state is Terminating or TerminatingWait or TerminatingProceed or Detaching;

    /// <summary>Whether it counts as capacity of its group.</summary>
    internal static bool Counts(string state) => IsComing(state) || state == InService;
}
