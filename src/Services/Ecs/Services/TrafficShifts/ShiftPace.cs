using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Services.TrafficShifts;

/// <summary>How fast the traffic of a service is shifted, as its deployment configuration says.</summary>
/// <remarks>The defaults are those of "CanaryConfiguration" and "LinearConfiguration", API reference.</remarks>
internal static class ShiftPace
{
    private const double DefaultCanaryPercent = 5;
    private const int DefaultCanaryBakeMinutes = 10;
    private const double DefaultStepPercent = 10;
    private const int DefaultStepBakeMinutes = 6;
    private const double All = 100;

    /// <summary>The share of the traffic that the new revision gets after another, in percent.</summary>
    internal static double NextShare(ServiceRecord service, double share) =>
        service.Settings.DeploymentConfiguration switch
        {
            { Strategy: DeploymentStrategy.Canary } canary when share == 0 => canary.CanaryConfiguration?.CanaryPercent
                ?? DefaultCanaryPercent,
            { Strategy: DeploymentStrategy.Linear } linear => Math.Min(
                All,
                share + (linear.LinearConfiguration?.StepPercent ?? DefaultStepPercent)
            ),
            _ => All,
        };

    /// <summary>When the next share is due; null while there was none.</summary>
    internal static DateTimeOffset? NextShareAt(ServiceRecord service, TrafficShiftRecord shift) =>
        shift.ProductionSince
        + TimeSpan.FromMinutes(
            service.Settings.DeploymentConfiguration switch
            {
                { Strategy: DeploymentStrategy.Canary } canary => canary.CanaryConfiguration?.CanaryBakeTimeInMinutes
                    ?? DefaultCanaryBakeMinutes,
                { Strategy: DeploymentStrategy.Linear } linear => linear.LinearConfiguration?.StepBakeTimeInMinutes
                    ?? DefaultStepBakeMinutes,
                _ => 0,
            }
        );

    /// <summary>How long both revisions run when the new one has all of the traffic.</summary>
    internal static TimeSpan Bake(DeploymentConfiguration? configuration) =>
        TimeSpan.FromMinutes(configuration?.BakeTimeInMinutes ?? 0);
}
