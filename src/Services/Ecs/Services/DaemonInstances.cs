using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.TaskDefinitions;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>Finds the container instances that a daemon service is to have a task on.</summary>
internal static class DaemonInstances
{
    /// <summary>
    /// Their ids: active instances that are not lost and meet the constraints and the attributes that the task
    /// definition asks for. Capacity does not matter: a daemon's task waits for it.
    /// </summary>
    internal static IReadOnlySet<string> Of(
        View view,
        ServiceRecord service,
        DeploymentRecord primary,
        PreparedQueries? queries = null
    )
    {
        if (service.Status != ServiceStatus.Active)
            return new HashSet<string>();
        if (
            view.Find(
                EcsTables.TaskDefinitions,
                TaskDefinitionRecord.KeyOf(service.Scope, primary.Family, primary.Revision)
            )
            is not { } definition
        )
            return new HashSet<string>();

        var rules = PlacementRules.Of(
            definition.Definition,
            service.Settings.PlacementConstraints,
            strategy: null,
            queries
        );
        var isExternal = service.Settings.LaunchType == LaunchType.External;
        return view.Range(EcsTables.ContainerInstances, service.ClusterKey + "/")
            .Where(instance =>
                instance is { Status: ContainerInstanceStatus.Active, LostAt: null }
                && (!isExternal || instance.IsExternal)
                && (service.ServiceConnect?.Namespace is null || instance.HasServiceConnect)
                && rules.Admit(InstanceCapacity.Of(view, instance))
            )
            .Select(instance => instance.Id)
            .ToHashSet(StringComparer.Ordinal);
    }
}
