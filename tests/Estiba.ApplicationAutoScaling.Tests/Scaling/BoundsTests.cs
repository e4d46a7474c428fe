namespace Estiba.ApplicationAutoScaling.Tests.Scaling;

public sealed class BoundsTests
{
    [Theory]
    [InlineData(1, 3, 10, 3, "minimum capacity was set to 3")]
    [InlineData(12, 3, 10, 10, "maximum capacity was set to 10")]
    public async Task A_service_that_is_registered_is_brought_within_its_bounds(
        int desired,
        int min,
        int max,
        int expected,
        string cause
    )
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired, min, max);
        await using var _1 = world;

        service.Desired.ShouldBe(expected);
        var activity = (await world.ActivitiesAsync()).ShouldHaveSingleItem();
        (activity.Description, activity.Cause).ShouldBe(($"Setting desired count to {expected}.", cause));
    }

    [Fact]
    public async Task Other_bounds_bring_it_along()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2);
        await using var _1 = world;

        await world.RegisterAsync(4, null);
        await world.RestartAsync();
        await world.Scheduler.RunAsync();

        service.Desired.ShouldBe(4);
    }

    [Fact]
    public async Task A_count_that_a_customer_sets_outside_of_the_bounds_stays_until_something_scales()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2, min: 2, max: 4);
        await using var _1 = world;
        await world.TrackAsync(50);
        service.Desired = service.Running = 8;

        await world.RegisterAsync(2, 4);
        await world.PassAsync(TimeSpan.FromHours(1));
        service.Desired.ShouldBe(8);

        await world.TrackedAsync(44);
        await world.Scheduler.RunAsync();
        service.Desired.ShouldBe(4);
    }

    [Fact]
    public async Task The_target_of_a_service_that_is_gone_goes_too()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2);
        await using var _1 = world;
        service.IsSlow = true;
        await world.TrackAsync(50);
        await world.TrackedAsync(100);
        await world.Scheduler.RunAsync();

        world.Ecs.Remove("shop", "web");
        await world.PassAsync(TimeSpan.FromSeconds(5));

        (await world.PoliciesAsync()).ShouldBeEmpty();
        world.CloudWatch.Alarms.ShouldBeEmpty();
        (await world.ActivitiesAsync()).ShouldHaveSingleItem().StatusCode.ShouldBe("Unfulfilled");
    }
}
