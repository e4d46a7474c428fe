using Estiba.Ecs.ContainerInstances;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>What a service may expect of the container instance that a task is on.</summary>
internal enum InstanceAvailability
{
    /// <summary>It is there, and stays.</summary>
    Available,

    /// <summary>It is draining: its tasks are to run elsewhere, and go when they do.</summary>
    Draining,

    /// <summary>Its agent has been away for long: its tasks may run or not, and are replaced elsewhere.</summary>
    Lost,
}

/// <summary>Finds the availability of the instances of a cluster.</summary>
internal static class InstanceAvailabilities
{
    /// <summary>The availability of a cluster's instance by its id; one that is gone is lost.</summary>
    internal static InstanceAvailability Of(View view, Scope scope, string cluster, string instance) =>
        view.Find(EcsTables.ContainerInstances, ContainerInstanceRecord.KeyOf(scope, cluster, instance)) switch
        {
            null or { LostAt: not null } => InstanceAvailability.Lost,
            { Status: ContainerInstanceStatus.Draining } => InstanceAvailability.Draining,
            _ => InstanceAvailability.Available,
        };
}
