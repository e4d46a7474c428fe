using Estiba.Ecs.Scheduling;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>Finds the container instances that a daemon service is to have a task on.</summary>
internal static class DaemonInstances
{
    /// <summary>Their ids: active instances that are not lost and meet the constraints and the attributes that the task definition asks for. Room does not matter: a daemon's task waits for it.</summary>
    internal static IReadOnlySet<string> Of(View view, ServiceRecord service)
    {
        var primary = service.Primary;
        if (service.Status != ServiceStatus.Active) return new HashSet<string>();
        if (view.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(service.Scope, primary.Family, primary.Revision)) is not { } definition) return new HashSet<string>();

        var rules = PlacementRules.Of(definition.Definition, service.Settings.PlacementConstraints, strategy: null);
        return view.Range(EcsTables.ContainerInstances, service.ClusterKey + "/")
            .Where(instance => instance is { Status: ContainerInstanceStatus.Active, LostAt: null } && rules.Admit(InstanceCapacity.Of(view, instance)))
            .Select(instance => instance.Id)
            .ToHashSet(StringComparer.Ordinal);
    }
}
