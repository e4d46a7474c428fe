using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Services.TrafficShifts;
using static Estiba.Contracts.Ecs.ServiceDeploymentRollbackMonitorsStatus;

namespace Estiba.Ecs.Services.Alarms;

/// <summary>
/// Says what the alarms of a deployment mean to it ("How CloudWatch alarms detect Amazon ECS deployment failures",
/// developer guide). It asks nobody.
/// </summary>
/// <remarks>
/// A deployment that begins while one of its alarms is in the state <c>ALARM</c> is not monitored. An alarm that does
/// not exist says nothing: it may be made after its service. ECS computes the bake time of a rolling deployment from
/// the alarms, and does not say how: here it is the time that the slowest of them needs to see all that it looks at.
/// </remarks>
internal static class AlarmMonitoring
{
    /// <summary>Values come when their minute is over, and are looked at some seconds later.</summary>
    internal static readonly TimeSpan Delay = TimeSpan.FromMinutes(2);

    private const int LongestName = 255;

    /// <summary>What can be said of alarms without looking for them.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static void Validate(DeploymentConfiguration? configuration, string? controller)
    {
        if (configuration?.Alarms is not { Enable: true } alarms)
            return;
        if (controller == DeploymentControllerType.External)
            throw EcsErrors.InvalidParameterException(
                "Deployment alarms can only be used with the deployment controller ECS."
            );
        if (alarms.AlarmNames is not { Count: > 0 } names)
            throw EcsErrors.InvalidParameterException(
                "alarmNames must be specified when deployment alarms are enabled."
            );
        if (names.Any(name => name.Length is 0 or > LongestName))
            throw EcsErrors.InvalidParameterException(
                $"The name of a deployment alarm must have between 1 and {LongestName} characters."
            );
    }

    /// <summary>Whether the alarms of a deployment are to be looked at.</summary>
    internal static bool IsMonitored(ServiceDeploymentRecord deployment) =>
        IsEnabled(deployment)
        && deployment is { IsOngoing: true, Rollback: null, Alarms: null or { Status: Monitoring } };

    /// <summary>What the alarms, as they are now, make of monitoring a deployment.</summary>
    /// <param name="deployment">The deployment, which is monitored.</param>
    /// <param name="shift">How far its traffic is shifted; null where it is not.</param>
    /// <param name="alarms">Those of its alarms that exist.</param>
    /// <param name="now">The time.</param>
    /// <returns>The same as before when nothing has changed.</returns>
    internal static AlarmMonitorRecord Next(
        ServiceDeploymentRecord deployment,
        TrafficShiftRecord? shift,
        IReadOnlyList<DeploymentAlarm> alarms,
        DateTimeOffset now
    )
    {
        var before = deployment.Alarms ?? new AlarmMonitorRecord();
        if (alarms.Any(alarm => alarm.IsInAlarm))
            return deployment.Alarms is null
                ? before with
                {
                    Status = Disabled,
                }
                : before with
                {
                    Status = Triggered,
                    Triggered = [.. alarms.Where(alarm => alarm.IsInAlarm).Select(alarm => alarm.Name)],
                };
        return before.ClearedAt is null && BakeEnd(deployment, shift, alarms) <= now
            ? before with
            {
                ClearedAt = now,
            }
            : before;
    }

    /// <summary>Whether the alarms have failed a deployment that has not been rolled back yet.</summary>
    internal static bool HaveFailed(ServiceDeploymentRecord? deployment) =>
        deployment is { Rollback: null, Alarms.Status: Triggered };

    /// <summary>Why such a deployment fails.</summary>
    internal static FailureReason Failure(ServiceDeploymentRecord deployment) =>
        new(
            "ECS deployment alarm: alarm detected.",
            "alarm detected.",
            "Service deployment rolled back because of alarms in the ALARM state: "
                + $"{string.Join(", ", deployment.Alarms!.Triggered)}.",
            Detector: "alarm"
        );

    /// <summary>Whether a deployment may not end yet because of its alarms.</summary>
    internal static bool Hold(ServiceDeploymentRecord? deployment) =>
        deployment is not null
        && IsEnabled(deployment)
        && deployment is { Rollback: null, Alarms: null or { Status: not Disabled, ClearedAt: null } };

    /// <summary>Whether the primary deployment of a service may not end yet because of its alarms.</summary>
    internal static bool Hold(ServiceEdit edit) =>
        Hold(ServiceDeployments.Find(edit.Transaction, edit.Service, edit.Rollout.Primary));

    /// <summary>
    /// Whether a rolling deployment that has all its tasks may not end yet because of its alarms; its bake time begins.
    /// </summary>
    internal static bool HoldBaking(ServiceEdit edit)
    {
        var deployment = ServiceDeployments.Find(edit.Transaction, edit.Service, edit.Rollout.Primary);
        if (edit.Rollout.Shift is { IsFirst: false } || !Hold(deployment))
            return false;

        // The clock may have been set back.
        if (!(deployment!.BakingSince <= edit.Now))
            edit.Transaction.Put(
                EcsTables.ServiceDeployments,
                deployment with
                {
                    BakingSince = edit.Now,
                    UpdatedAt = edit.Now,
                }
            );
        return true;
    }

    /// <summary>The alarms as <c>DescribeServiceDeployments</c> shows them.</summary>
    internal static ServiceDeploymentAlarms Describe(ServiceDeploymentRecord deployment) =>
        new()
        {
            Status =
                !IsEnabled(deployment) ? Disabled
                : deployment.Alarms is { Status: not Monitoring and var status } ? status
                : IsMonitored(deployment) ? Monitoring
                : MonitoringComplete,
            AlarmNames = IsEnabled(deployment) ? deployment.Configuration!.Alarms!.AlarmNames : [],
            TriggeredAlarmNames = deployment.Alarms?.Triggered ?? [],
        };

    private static bool IsEnabled(ServiceDeploymentRecord deployment) =>
        deployment.Configuration?.Alarms is { Enable: true, AlarmNames.Count: > 0 };

    // Where the traffic is shifted, the configuration says how long the revisions run beside each other.
    private static DateTimeOffset? BakeEnd(
        ServiceDeploymentRecord deployment,
        TrafficShiftRecord? shift,
        IReadOnlyList<DeploymentAlarm> alarms
    ) =>
        shift switch
        {
            null => deployment.BakingSince
                + (alarms.Count == 0 ? TimeSpan.Zero : alarms.Max(alarm => alarm.Window) + Delay),
            { IsFirst: true } => deployment.BakingSince,
            { Stage: ServiceDeploymentLifecycleStage.BakeTime } => shift.Since
                + ShiftPace.Bake(deployment.Configuration),
            _ => null,
        };
}
