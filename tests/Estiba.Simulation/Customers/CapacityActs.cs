using Estiba.Contracts.Ecs;

namespace Estiba.Simulation.Customers;

/// <summary>Customers say of which capacity providers their services' tasks are to be, and in what shares.</summary>
internal static class CapacityActs
{
    /// <summary>The capacity providers of the cluster.</summary>
    internal static readonly string[] Providers = ["steady", "spare"];

    /// <summary>Before anything else happens: the cluster has capacity providers.</summary>
    internal static async Task BeginAsync(World world)
    {
        foreach (var name in Providers)
        {
            await world.Customer.CallAsync($"create-capacity-provider {name}", (api, caller) =>
                api.CreateCapacityProviderAsync(
                    new CreateCapacityProviderRequest
                    {
                        Name = name,
                        AutoScalingGroupProvider = new AutoScalingGroupProvider { AutoScalingGroupArn = name },
                    },
                    caller
                )
            );
        }

        await world.Customer.CallAsync("put-cluster-capacity-providers", (api, caller) =>
            api.PutClusterCapacityProvidersAsync(
                new PutClusterCapacityProvidersRequest
                {
                    Cluster = World.Cluster,
                    CapacityProviders = Providers,
                    DefaultCapacityProviderStrategy = [],
                },
                caller
            )
        );
    }

    /// <summary>The service is deployed anew with another strategy.</summary>
    internal static async Task ChangeStrategyAsync(World world)
    {
        if (
            world.Any(world.Customer.Services.Where(service => service is { IsDaemon: false, IsExternal: false }))?.Name
            is not { } name
        )
            return;
        var request = new UpdateServiceRequest
        {
            Service = name,
            CapacityProviderStrategy = world.Random.Next(3) == 0 ? [] : Strategy(world),
            ForceNewDeployment = true,
        };
        await world.Customer.ChangeAsync(
            name,
            $"update-service {name}: {Describe(request.CapacityProviderStrategy)}",
            (api, caller) => api.UpdateServiceAsync(request, caller),
            answer => WantedService.Of(answer.Service!)
        );
    }

    /// <summary>
    /// A strategy made by chance; only one of its providers may have a base, and one of them has a weight.
    /// </summary>
    internal static IReadOnlyList<CapacityProviderStrategyItem> Strategy(World world)
    {
        var (first, second) = world.Random.Next(2) == 0 ? (Providers[0], Providers[1]) : (Providers[1], Providers[0]);
        var steady = new CapacityProviderStrategyItem
        {
            CapacityProvider = first,
            Base = world.Random.Next(4),
            Weight = world.Random.Next(3),
        };
        return
        [
            steady,
            new CapacityProviderStrategyItem { CapacityProvider = second, Weight = world.Random.Next(1, 4) },
        ];
    }

    internal static string Describe(IReadOnlyList<CapacityProviderStrategyItem>? strategy) =>
        strategy is not { Count: > 0 }
            ? "any instance"
            : string.Join(
                " and ",
                strategy.Select(item => $"{item.CapacityProvider} with base {item.Base ?? 0} and weight {item.Weight}")
            );
}
