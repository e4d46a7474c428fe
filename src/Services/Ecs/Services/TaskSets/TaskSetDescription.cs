using Estiba.Contracts.Ecs;
using Estiba.Ecs.TaskDefinitions;
using Estiba.State;

namespace Estiba.Ecs.Services.TaskSets;

/// <summary>Task sets as customers see them.</summary>
internal static class TaskSetDescription
{
    /// <summary>The ARN of a task set.</summary>
    internal static string ArnOf(ServiceRecord service, string id) =>
        service.Scope.Arn($"task-set/{service.Cluster}/{service.Name}/{id}");

    /// <summary>The task set as <c>DescribeTaskSets</c> shows it.</summary>
    internal static TaskSet Of(View view, ServiceRecord service, TaskSetRecord set, bool withTags = true)
    {
        var tasks = ServiceCensus.Shown(view, service).Of(set.Id);
        return set.Settings with
        {
            Id = set.Id,
            TaskSetArn = ArnOf(service, set.Id),
            ServiceArn = service.Arn,
            ClusterArn = service.Scope.Arn($"cluster/{service.Cluster}"),
            ExternalId = set.ExternalId,
            Status = set.Status,
            TaskDefinition = TaskDefinitionRecord.ArnOf(service.Scope, set.Deployment.Family, set.Deployment.Revision),
            ComputedDesiredCount = set.DesiredOf(service),
            PendingCount = tasks.Starting,
            RunningCount = tasks.Running,
            CreatedAt = set.Deployment.CreatedAt,
            UpdatedAt = set.Deployment.UpdatedAt,
            Scale = new Scale { Value = set.Scale, Unit = ScaleUnit.Percent },
            StabilityStatus = set.IsSteady ? StabilityStatus.SteadyState : StabilityStatus.Stabilizing,
            StabilityStatusAt = set.StabilityAt,
            Tags = withTags ? set.Tags : null,
        };
    }
}
