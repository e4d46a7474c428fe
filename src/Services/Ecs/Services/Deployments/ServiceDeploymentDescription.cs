using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Alarms;
using Estiba.Ecs.Services.TrafficShifts;
using Estiba.State;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>Service deployments as customers see them.</summary>
internal static class ServiceDeploymentDescription
{
    /// <summary>The ARN of a service deployment.</summary>
    internal static string ArnOf(ServiceRecord service, string id) =>
        service.Scope.Arn($"service-deployment/{service.Cluster}/{service.Name}/{id}");

    /// <summary>The deployment as <c>DescribeServiceDeployments</c> shows it.</summary>
    internal static ServiceDeployment Of(View view, ServiceRecord service, ServiceDeploymentRecord record)
    {
        var rollout = ServiceRolloutRecord.Of(view, service.Key);
        var shift = record.IsOngoing ? rollout.Shift : null;
        var deployed = (record.IsOngoing ? Deployed(view, service, rollout, record) : record.AtTheEnd)
            .Select((revision, index) => Summary(service, revision, index == 0, shift))
            .ToList();
        return new ServiceDeployment
        {
            ServiceDeploymentArn = ArnOf(service, record.Id),
            ServiceArn = service.Arn,
            ClusterArn = service.Scope.Arn($"cluster/{service.Cluster}"),
            CreatedAt = record.CreatedAt,
            StartedAt = record.StartedAt,
            FinishedAt = record.FinishedAt,
            StoppedAt = record.StoppedAt,
            UpdatedAt = record.UpdatedAt,
            TargetServiceRevision = deployed is [var target, ..] ? target : null,
            SourceServiceRevisions = [.. deployed.Skip(1)],
            Status = record.Status,
            StatusReason = record.StatusReason,
            LifecycleStage = shift?.Stage,
            LifecycleHookDetails = Pauses.Describe(record),
            DeploymentConfiguration = record.Configuration,
            Rollback = record.Rollback is { } rollback
                ? new Rollback
                {
                    Reason = rollback.Reason,
                    StartedAt = rollback.StartedAt,
                    ServiceRevisionArn = ServiceRevisions.ArnOf(service, rollback.Revision),
                }
                : null,
            DeploymentCircuitBreaker = CircuitBreakerOf(view, service, record),
            Alarms = AlarmMonitoring.Describe(record),
        };
    }

    /// <summary>The deployment as <c>ListServiceDeployments</c> shows it.</summary>
    internal static ServiceDeploymentBrief BriefOf(ServiceRecord service, ServiceDeploymentRecord record) =>
        new()
        {
            ServiceDeploymentArn = ArnOf(service, record.Id),
            ServiceArn = service.Arn,
            ClusterArn = service.Scope.Arn($"cluster/{service.Cluster}"),
            CreatedAt = record.CreatedAt,
            StartedAt = record.StartedAt,
            FinishedAt = record.FinishedAt,
            TargetServiceRevisionArn = ServiceRevisions.ArnOf(service, record.Target),
            Status = record.Status,
            StatusReason = record.StatusReason,
        };

    /// <summary>What there is now of each revision: first the target, then the sources.</summary>
    internal static IReadOnlyList<DeployedRevision> Deployed(
        View view,
        ServiceRecord service,
        ServiceRolloutRecord rollout,
        ServiceDeploymentRecord record
    )
    {
        var revisionOf = rollout.Deployments.ToDictionary(
            deployment => deployment.Id,
            deployment => deployment.ServiceRevision,
            StringComparer.Ordinal
        );
        var tasks = ServiceCensus
            .Shown(view, service)
            .Deployments.ToLookup(
                own => revisionOf.GetValueOrDefault(own.Deployment) ?? "",
                own => own.Tasks,
                StringComparer.Ordinal
            );
        return
        [
            .. record
                .Sources.Prepend(new DeployedRevision(record.Target, record.DesiredCount))
                .Select(revision =>
                    revision with
                    {
                        Running = tasks[revision.Revision].Sum(own => own.Running),
                        Pending = tasks[revision.Revision].Sum(own => own.Starting),
                    }
                ),
        ];
    }

    private static ServiceRevisionSummary Summary(
        ServiceRecord service,
        DeployedRevision revision,
        bool isTarget,
        TrafficShiftRecord? shift
    )
    {
        // After a rollback has begun it is the other one that the traffic goes to.
        double? Share(double? ofPrimary) => isTarget != shift?.IsRollback ? ofPrimary : 100 - ofPrimary;
        return new()
        {
            RequestedProductionTrafficWeight = Share(shift?.Production),
            RequestedTestTrafficWeight = Share(shift?.Test),
            Arn = ServiceRevisions.ArnOf(service, revision.Revision),
            RequestedTaskCount = revision.Requested,
            RunningTaskCount = revision.Running,
            PendingTaskCount = revision.Pending,
        };
    }

    private static ServiceDeploymentCircuitBreaker CircuitBreakerOf(
        View view,
        ServiceRecord service,
        ServiceDeploymentRecord record
    )
    {
        if (!CircuitBreaker.IsEnabled(record.Configuration))
            return new ServiceDeploymentCircuitBreaker
            {
                Status = ServiceDeploymentRollbackMonitorsStatus.Disabled,
                FailureCount = 0,
                Threshold = 0,
            };
        var failures =
            record.IsOngoing && !record.IsTriggered
                ? ServiceRolloutRecord
                    .Of(view, service.Key)
                    .Deployments.FirstOrDefault(deployment => deployment.Id == record.Deployment)
                    ?.FailedTasks
                : null;
        return new ServiceDeploymentCircuitBreaker
        {
            Status =
                record.IsTriggered ? ServiceDeploymentRollbackMonitorsStatus.Triggered
                : record.IsOngoing ? ServiceDeploymentRollbackMonitorsStatus.Monitoring
                : ServiceDeploymentRollbackMonitorsStatus.MonitoringComplete,
            FailureCount = failures ?? record.Failures,
            Threshold = CircuitBreaker.Threshold(record.Configuration, record.DesiredCount),
        };
    }
}
