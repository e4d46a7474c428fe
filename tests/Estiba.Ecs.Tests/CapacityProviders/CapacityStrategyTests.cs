using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;

namespace Estiba.Ecs.Tests.CapacityProviders;

public sealed class CapacityStrategyTests
{
    [Fact]
    public void The_base_comes_first_and_the_rest_is_shared_by_weight() =>
        Share(9, Item("steady", weight: 1, atLeast: 3), Item("spot", weight: 2))
            .ShouldBe(new Dictionary<string, int> { ["steady"] = 5, ["spot"] = 4 });

    [Fact]
    public void Without_a_base_the_shares_are_those_of_the_weights_at_every_moment()
    {
        for (var tasks = 1; tasks <= 40; tasks++)
        {
            var shares = Share(tasks, Item("one", weight: 1), Item("three", weight: 3));
            Math.Abs(shares.GetValueOrDefault("three") - (tasks * 0.75)).ShouldBeLessThanOrEqualTo(1);
        }
    }

    [Fact]
    public void A_provider_without_weight_has_its_base_and_no_more() =>
        Share(6, Item("steady", weight: 0, atLeast: 2), Item("spot", weight: 1))
            .ShouldBe(new Dictionary<string, int> { ["steady"] = 2, ["spot"] = 4 });

    private static Dictionary<string, int> Share(int tasks, params CapacityProviderStrategyItem[] strategy)
    {
        var shares = new Dictionary<string, int>();
        for (var n = 0; n < tasks; n++)
        {
            var next = CapacityStrategy.Next(strategy, provider => shares.GetValueOrDefault(provider));
            shares[next] = shares.GetValueOrDefault(next) + 1;
        }

        return shares;
    }

    private static CapacityProviderStrategyItem Item(string provider, int weight, int atLeast = 0) =>
        new()
        {
            CapacityProvider = provider,
            Weight = weight,
            Base = atLeast,
        };
}
