using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Services;

public sealed class ZoneBalanceTests
{
    [Fact]
    public async Task When_a_zone_joins_tasks_move_there_one_after_another_until_the_zones_are_balanced()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(zone: "eu-west-1a");
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 4);
        await world.ObeyAsync();

        await world.AddInstanceAsync(zone: "eu-west-1b");
        await world.SettleAsync();
        (await world.TasksAsync()).Count(task => task.AvailabilityZone == "eu-west-1b").ShouldBe(1, "one at a time");
        for (var round = 0; round < 10; round++)
        {
            await world.ObeyAsync();
            (await world.TasksAsync()).Count(task => task is { LastStatus: "RUNNING", DesiredStatus: "RUNNING" }).ShouldBeGreaterThanOrEqualTo(4);
        }

        (await world.TasksAsync()).CountBy(task => task.AvailabilityZone!).Select(zone => zone.Value).ShouldBe([2, 2]);
        var events = (await world.ServiceAsync()).Events!.Select(happened => happened.Message).ToList();
        events.Count(message => message!.EndsWith("AZ Rebalancing in progress.", StringComparison.Ordinal)).ShouldBe(1);
        events.ShouldContain("(service s) is not AZ balanced with 4 tasks in eu-west-1a, 0 tasks in eu-west-1b. AZ Rebalancing in progress.");
        events.ShouldContain("(service s) is AZ balanced with 2 tasks in eu-west-1a, 2 tasks in eu-west-1b.");
    }

    [Fact]
    public async Task Without_room_in_the_emptiest_zone_everything_stays()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(zone: "eu-west-1a");
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 4);
        await world.ObeyAsync();

        await world.AddInstanceAsync(zone: "eu-west-1b", memory: 100);
        for (var round = 0; round < 3; round++) await world.ObeyAsync();

        (await world.TasksAsync()).ShouldAllBe(task => task.AvailabilityZone == "eu-west-1a");
        (await world.ServiceAsync()).Events!.ShouldNotContain(happened => happened.Message!.Contains("balanced", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_emptiest_zone_has_no_room_the_others_are_balanced()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(zone: "eu-west-1c");
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 4);
        await world.ObeyAsync();

        await world.AddInstanceAsync(zone: "eu-west-1a", memory: 100);
        await world.AddInstanceAsync(zone: "eu-west-1b");
        for (var round = 0; round < 6; round++) await world.ObeyAsync();

        (await world.TasksAsync()).CountBy(task => task.AvailabilityZone!).OrderBy(zone => zone.Key).Select(zone => zone.Value).ShouldBe([2, 2]);
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task A_service_that_does_not_want_it_is_left_alone()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(zone: "eu-west-1a");
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 4, with: request => request with { AvailabilityZoneRebalancing = "DISABLED" });
        await world.ObeyAsync();

        await world.AddInstanceAsync(zone: "eu-west-1b");
        for (var round = 0; round < 3; round++) await world.ObeyAsync();

        (await world.TasksAsync()).ShouldAllBe(task => task.AvailabilityZone == "eu-west-1a");
    }

    [Fact]
    public async Task It_is_the_default_where_it_is_possible_and_refused_where_it_is_not()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        PlacementStrategy[] binpack = [new PlacementStrategy { Type = "binpack", Field = "memory" }];

        (await world.CreateServiceAsync(desired: 1, name: "default")).AvailabilityZoneRebalancing.ShouldBe("ENABLED");
        (await world.CreateServiceAsync(desired: 1, name: "packed", with: request => request with { PlacementStrategy = binpack })).AvailabilityZoneRebalancing.ShouldBe("DISABLED");
        (await Should.ThrowAsync<AwsException>(() => world.CreateServiceAsync(desired: 1, name: "both", with: request => request with { PlacementStrategy = binpack, AvailabilityZoneRebalancing = "ENABLED" }))).Code.ShouldBe("InvalidParameterException");
    }
}
