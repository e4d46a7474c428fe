using Estiba.Contracts.AutoScaling;
using static Estiba.AutoScaling.Tests.AutoScalingWorld;

namespace Estiba.AutoScaling.Tests.Refreshes;

/// <summary>Instance refreshes.</summary>
public sealed class RefreshTests
{
    [Theory]
    [InlineData(50, 100, 2, 4)]
    [InlineData(100, 150, 4, 6)]
    [InlineData(100, 100, 4, 5)]
    [InlineData(0, 100, 0, 4)]
    public async Task A_refresh_replaces_all_instances_within_its_bounds(int min, int max, int least, int most)
    {
        await using var world = await WithGroupAsync(desired: 4);
        await world.NewVersionAsync();

        await StartAsync(world, new RefreshPreferences { MinHealthyPercentage = min, MaxHealthyPercentage = max });
        var (fewest, largest) = (int.MaxValue, 0);
        for (var second = 0; second < 120; second++)
        {
            await world.SettleAsync(1);
            var states = (await world.InstancesAsync()).Select(each => each.LifecycleState).ToList();
            fewest = Math.Min(fewest, states.Count(state => state == "InService"));
            largest = Math.Max(largest, states.Count(state => state is "InService" or "Pending" or "Pending:Proceed"));
        }

        fewest.ShouldBeGreaterThanOrEqualTo(least);
        largest.ShouldBeLessThanOrEqualTo(most);
        (await world.InstancesAsync()).Select(each => each.LaunchTemplate!.Version).ShouldBe(["2", "2", "2", "2"]);
        var refresh = await RefreshAsync(world);
        (refresh.Status, refresh.PercentageComplete).ShouldBe((InstanceRefreshStatus.Successful, 100));
        (await world.RunningAsync()).Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_refresh_waits_for_the_warmup_and_skips_what_matches()
    {
        await using var world = await WithGroupAsync(desired: 2);
        await StartAsync(world, new RefreshPreferences { SkipMatching = true });
        await world.SettleAsync();
        (await RefreshAsync(world)).Status.ShouldBe(InstanceRefreshStatus.Successful);
        (await world.InstancesAsync()).Count.ShouldBe(2);

        await world.NewVersionAsync();
        await StartAsync(
            world,
            new RefreshPreferences
            {
                MinHealthyPercentage = 50,
                InstanceWarmup = 60,
                SkipMatching = true,
            }
        );
        await world.SettleAsync(40);
        (await VersionsAsync(world)).ShouldBe(["1", "2"], "the second is not replaced before the first is warm");
        await world.SettleAsync(140);
        (await VersionsAsync(world)).ShouldBe(["2", "2"]);
        (await RefreshAsync(world)).Status.ShouldBe(InstanceRefreshStatus.Successful);
    }

    [Fact]
    public async Task A_desired_configuration_becomes_the_groups_own_when_it_is_rolled_out()
    {
        await using var world = await WithGroupAsync(desired: 1, change: request =>
            request with
            {
                LaunchTemplate = request.LaunchTemplate! with { Version = "1" },
            }
        );
        var version = await world.NewVersionAsync();

        await StartAsync(world, new RefreshPreferences { MinHealthyPercentage = 0 }, version);
        (await world.GroupAsync()).LaunchTemplate!.Version.ShouldBe("1");
        await world.SettleAsync(60);

        (await VersionsAsync(world)).ShouldBe([version]);
        (await world.GroupAsync()).LaunchTemplate!.Version.ShouldBe(version);
    }

    [Fact]
    public async Task A_refresh_is_rolled_back()
    {
        await using var world = await WithGroupAsync(desired: 2, change: request =>
            request with
            {
                LaunchTemplate = request.LaunchTemplate! with { Version = "1" },
            }
        );
        var version = await world.NewVersionAsync();
        await StartAsync(world, new RefreshPreferences { MinHealthyPercentage = 50, InstanceWarmup = 60 }, version);
        await world.SettleAsync(20);
        (await VersionsAsync(world)).ShouldBe(["1", version]);

        await world.Api.RollbackInstanceRefreshAsync(
            new RollbackInstanceRefreshType { AutoScalingGroupName = Web },
            Context
        );
        await world.SettleAsync(180);

        (await VersionsAsync(world)).ShouldBe(["1", "1"]);
        (await RefreshAsync(world)).Status.ShouldBe(InstanceRefreshStatus.RollbackSuccessful);
        (await world.GroupAsync()).LaunchTemplate!.Version.ShouldBe("1");
    }

    [Fact]
    public async Task A_refresh_is_cancelled_and_leaves_what_it_has_not_replaced()
    {
        await using var world = await WithGroupAsync(desired: 2);
        await world.NewVersionAsync();
        await StartAsync(world, new RefreshPreferences { MinHealthyPercentage = 50, InstanceWarmup = 300 });
        await world.SettleAsync(20);
        (await ErrorOfAsync(() => StartAsync(world, null))).Code.ShouldBe("InstanceRefreshInProgress");

        await world.Api.CancelInstanceRefreshAsync(
            new CancelInstanceRefreshType { AutoScalingGroupName = Web },
            Context
        );
        await world.SettleAsync(30);

        (await RefreshAsync(world)).Status.ShouldBe(InstanceRefreshStatus.Cancelled);
        (await VersionsAsync(world)).ShouldBe(["1", "2"]);
        (
            await ErrorOfAsync(() =>
                world.Api.CancelInstanceRefreshAsync(
                    new CancelInstanceRefreshType { AutoScalingGroupName = Web },
                    Context
                )
            )
        ).Code.ShouldBe("ActiveInstanceRefreshNotFound");
    }

    private static Task StartAsync(AutoScalingWorld world, RefreshPreferences? preferences, string? version = null) =>
        world.Api.StartInstanceRefreshAsync(
            new StartInstanceRefreshType
            {
                AutoScalingGroupName = Web,
                Preferences = preferences,
                DesiredConfiguration = version is null
                    ? null
                    : new DesiredConfiguration
                    {
                        LaunchTemplate = new LaunchTemplateSpecification
                        {
                            LaunchTemplateName = Template,
                            Version = version,
                        },
                    },
            },
            Context
        );

    private static async Task<InstanceRefresh> RefreshAsync(AutoScalingWorld world) =>
        (
            await world.Api.DescribeInstanceRefreshesAsync(
                new DescribeInstanceRefreshesType { AutoScalingGroupName = Web },
                Context
            )
        ).InstanceRefreshes![0];

    private static async Task<IReadOnlyList<string>> VersionsAsync(AutoScalingWorld world) =>
        [.. (await world.InstancesAsync()).Select(each => each.LaunchTemplate!.Version!).Order(StringComparer.Ordinal)];
}
