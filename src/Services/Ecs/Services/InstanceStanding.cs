using Estiba.Ecs.ContainerInstances;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>What a service may expect of the container instance that a task is on.</summary>
internal enum InstanceStanding
{
    /// <summary>It stays.</summary>
    Staying,

    /// <summary>It is draining: its tasks are to run elsewhere, and go when they do.</summary>
    Draining,

    /// <summary>Its agent has been away for long: its tasks may run or not, and are replaced elsewhere.</summary>
    Lost,
}

/// <summary>Finds the standing of the instances of a cluster.</summary>
internal static class InstanceStandings
{
    /// <summary>The standing of a cluster's instance by its id; one that is gone is lost.</summary>
    internal static InstanceStanding Of(View view, Scope scope, string cluster, string instance) =>
        view.Find(EcsTables.ContainerInstances, ContainerInstanceRecord.KeyOf(scope, cluster, instance)) switch
        {
            null or { LostAt: not null } => InstanceStanding.Lost,
            { Status: ContainerInstanceStatus.Draining } => InstanceStanding.Draining,
            _ => InstanceStanding.Staying,
        };
}
