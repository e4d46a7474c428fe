using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Services;

/// <summary>What becomes of the settings of a deployment strategy when a service changes it.</summary>
public sealed class StrategyChangeTests
{
    private static readonly CanaryConfiguration Canary = new() { CanaryPercent = 10, CanaryBakeTimeInMinutes = 3 };

    [Theory]
    [InlineData("BLUE_GREEN")]
    [InlineData("LINEAR")]
    [InlineData("ROLLING")]
    public async Task A_canary_service_can_be_deployed_otherwise(string strategy)
    {
        await using var world = await CanaryAsync();

        var configuration = await UpdateAsync(world, new DeploymentConfiguration { Strategy = strategy });

        configuration.Strategy.ShouldBe(strategy);
        configuration.CanaryConfiguration.ShouldBeNull();
        (configuration.LifecycleHooks is { Count: > 0 }).ShouldBe(strategy != "ROLLING");
    }

    [Fact]
    public async Task What_belongs_to_the_strategy_that_a_service_has_is_changed_without_naming_it()
    {
        await using var world = await CanaryAsync();

        var share = await UpdateAsync(
            world,
            new DeploymentConfiguration { CanaryConfiguration = Canary with { CanaryPercent = 20 } }
        );
        var unpaused = await UpdateAsync(world, new DeploymentConfiguration { LifecycleHooks = [] });

        (share.Strategy, share.CanaryConfiguration!.CanaryPercent).ShouldBe(("CANARY", 20));
        share.LifecycleHooks!.Count.ShouldBe(1);
        unpaused.LifecycleHooks.ShouldBeEmpty();
        unpaused.CanaryConfiguration!.CanaryPercent.ShouldBe(20);
    }

    [Fact]
    public async Task What_does_not_belong_to_the_strategy_that_a_service_has_is_refused()
    {
        await using var world = await CanaryAsync();

        var refused = await Should.ThrowAsync<AwsException>(() =>
            UpdateAsync(
                world,
                new DeploymentConfiguration { LinearConfiguration = new LinearConfiguration { StepPercent = 10 } }
            )
        );

        (refused.Code, refused.Message).ShouldBe(
            ("InvalidParameterException", "linearConfiguration is only valid for the deployment strategy LINEAR.")
        );
    }

    private static Task<ShiftingWorld> CanaryAsync() =>
        ShiftingWorld.CreateAsync("CANARY", with: configuration =>
            ShiftingWorld.Pausing(configuration, "POST_SCALE_UP") with
            {
                CanaryConfiguration = Canary,
            }
        );

    private static async Task<DeploymentConfiguration> UpdateAsync(
        ShiftingWorld world,
        DeploymentConfiguration configuration
    ) =>
        (
            await world.Ecs.Api.UpdateServiceAsync(
                new UpdateServiceRequest { Service = "s", DeploymentConfiguration = configuration },
                world.Ecs.Caller
            )
        )
            .Service!
            .DeploymentConfiguration!;
}
