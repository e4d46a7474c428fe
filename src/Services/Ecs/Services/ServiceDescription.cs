using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Services.TaskSets;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>Services as customers see them.</summary>
internal static class ServiceDescription
{
    /// <summary>The service as <c>DescribeServices</c> shows it: its newest hundred events, the newest first.</summary>
    internal static Service Of(View view, ServiceRecord service, bool withTags = true)
    {
        var tasks = ServiceCensus.Shown(view, service);
        var rollout = ServiceRolloutRecord.Of(view, service.Key);
        var shown = service.Status == ServiceStatus.Inactive ? [] : rollout.Deployments;
        return service.Settings with
        {
            NetworkConfiguration = TaskRequests.Network(service.Settings.NetworkConfiguration),
            ServiceArn = service.Arn,
            ServiceName = service.Name,
            ClusterArn = service.Scope.Arn($"cluster/{service.Cluster}"),
            Status = service.Status,
            DesiredCount = service.DesiredCount,
            RunningCount = tasks.All.Running,
            PendingCount = tasks.All.Starting,
            TaskDefinition = Shown(service, rollout) is { } deployment
                ? TaskDefinitionRecord.ArnOf(service.Scope, deployment.Family, deployment.Revision)
                : null,
            TaskSets = service.IsExternal
                ? [.. rollout.TaskSets.Select(set => TaskSetDescription.Of(view, service, set, withTags))]
                : null,
            Deployments =
            [
                .. shown.Select((deployment, index) => DeploymentOf(view, service, deployment, tasks, index == 0)),
            ],
            Events = [.. view.Range(EcsTables.ServiceEvents, service.Key + "/").Reverse().Select(EventOf)],
            CurrentServiceDeployment =
                shown is [var primary, ..]
                && ServiceDeployments.Find(view, service, primary) is { IsOngoing: true } current
                    ? ServiceDeploymentDescription.ArnOf(service, current.Id)
                    : null,
            CurrentServiceRevisions =
            [
                .. shown
                    .Where(deployment => deployment.ServiceRevision.Length > 0)
                    .Select((deployment, index) => RevisionOf(service, deployment, tasks, index == 0)),
            ],
            CreatedAt = service.CreatedAt,
            CreatedBy = service.CreatedBy,
            Tags = withTags ? service.Tags : null,
        };
    }

    // A service of task sets shows what its primary one runs.
    private static DeploymentRecord? Shown(ServiceRecord service, ServiceRolloutRecord rollout) =>
        service.IsExternal ? rollout.TaskSets.FirstOrDefault(set => set.IsPrimary)?.Deployment : rollout.Primary;

    private static Deployment DeploymentOf(
        View view,
        ServiceRecord service,
        DeploymentRecord deployment,
        ServiceCensus tasks,
        bool isPrimary
    )
    {
        var own = tasks.Of(deployment.Id);
        var connect = ServiceRevisions.Find(view, service.Key, deployment)?.ServiceConnect;
        return new Deployment
        {
            Id = deployment.Id,
            Status = isPrimary ? "PRIMARY" : "ACTIVE",
            TaskDefinition = TaskDefinitionRecord.ArnOf(service.Scope, deployment.Family, deployment.Revision),
            DesiredCount = isPrimary ? service.DesiredCount : 0,
            PendingCount = own.Starting,
            RunningCount = own.Running,
            FailedTasks = deployment.FailedTasks,
            CreatedAt = deployment.CreatedAt,
            UpdatedAt = deployment.UpdatedAt,
            CapacityProviderStrategy = service.Settings.CapacityProviderStrategy,
            LaunchType = service.Settings.LaunchType,
            NetworkConfiguration = TaskRequests.Network(service.Settings.NetworkConfiguration),
            RolloutState = deployment.RolloutState,
            RolloutStateReason = deployment.RolloutStateReason,
            ServiceConnectConfiguration = connect?.Configuration,
            ServiceConnectResources = connect?.Endpoints is { Count: > 0 } endpoints
                ?
                [
                    .. endpoints.Select(endpoint => new ServiceConnectServiceResource
                    {
                        DiscoveryName = endpoint.DiscoveryName,
                        DiscoveryArn = endpoint.DiscoveryArn,
                    }),
                ]
                : null,
        };
    }

    private static ServiceCurrentRevisionSummary RevisionOf(
        ServiceRecord service,
        DeploymentRecord deployment,
        ServiceCensus tasks,
        bool isPrimary
    ) =>
        new()
        {
            Arn = ServiceRevisions.ArnOf(service, deployment.ServiceRevision),
            RequestedTaskCount = isPrimary ? service.DesiredCount : 0,
            RunningTaskCount = tasks.Of(deployment.Id).Running,
            PendingTaskCount = tasks.Of(deployment.Id).Starting,
        };

    private static ServiceEvent EventOf(ServiceEventRecord happened) =>
        new()
        {
            Id = happened.Id,
            CreatedAt = happened.CreatedAt,
            Message = happened.Message,
        };
}
