using Estiba.Ecs.Placement;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.TaskDefinitions;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>The expressions of the cluster query language that a service's tasks are placed by.</summary>
internal static class ServiceExpressions
{
    /// <summary>Those of its constraints, and of the definitions of its deployments and task sets.</summary>
    internal static IEnumerable<string?> Of(View view, ServiceRecord service)
    {
        var rolledOut = ServiceRolloutRecord
            .Of(view, service.Key)
            .RolledOut.DistinctBy(deployment => (deployment.Family, deployment.Revision));
        return rolledOut
            .Select(deployment =>
                view.Find(
                    EcsTables.TaskDefinitions,
                    TaskDefinitionRecord.KeyOf(service.Scope, deployment.Family, deployment.Revision)
                )
            )
            .OfType<TaskDefinitionRecord>()
            .SelectMany(definition =>
                PlacementRules.Expressions(definition.Definition, service.Settings.PlacementConstraints)
            )
            .Distinct(StringComparer.Ordinal);
    }
}
