using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.Services.Deployments;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>
/// A deployment succeeds only when its alarms were looked at and were quiet, unless one was loud before it began.
/// </summary>
internal sealed class AlarmsAreHeeded(World world) : Invariant(world)
{
    internal override void OnCommit(Commit commit)
    {
        foreach (var change in commit.Of(EcsTables.ServiceDeployments))
            if (change.After is { Status: ServiceDeploymentStatus.Successful } ended && !IsHeeded(ended))
                World.Violate($"The deployment {ended.Id} was successful, and its alarms are {ended.Alarms}");
    }

    private static bool IsHeeded(ServiceDeploymentRecord ended) =>
        ended.Configuration?.Alarms is not { Enable: true }
        || ended.Alarms
            is { Status: ServiceDeploymentRollbackMonitorsStatus.Disabled }
                or { Status: ServiceDeploymentRollbackMonitorsStatus.Monitoring, ClearedAt: not null };
}
