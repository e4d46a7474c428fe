using Estiba.Contracts.Ecs;

namespace Estiba.Simulation.Customers;

/// <summary>
/// Customers stop a deployment of a service that they have thought better of; the service goes back to the one before.
/// </summary>
internal static class RollbackActs
{
    internal static async Task StopDeploymentAsync(World world)
    {
        if (world.Any(world.Customer.Services)?.Name is not { } name)
            return;
        var list = await world.Customer.CallAsync($"list-service-deployments of {name}", (api, caller) =>
            api.ListServiceDeploymentsAsync(new ListServiceDeploymentsRequest { Service = name }, caller)
        );
        var ongoing = list?.ServiceDeployments?.Where(deployment => deployment.FinishedAt is null).ToList() ?? [];

        // Sometimes it is too late.
        if (world.Any(ongoing.Count > 0 ? ongoing : list?.ServiceDeployments ?? []) is not { } chosen)
            return;
        await world.Customer.CallAsync($"stop-service-deployment of {name}, which is {chosen.Status}", (api, caller) =>
            api.StopServiceDeploymentAsync(
                new StopServiceDeploymentRequest
                {
                    ServiceDeploymentArn = chosen.ServiceDeploymentArn,
                    StopType = StopServiceDeploymentStopType.Rollback,
                },
                caller
            )
        );
    }
}
