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
            (await world.TasksAsync())
                .Count(task => task is { LastStatus: "RUNNING", DesiredStatus: "RUNNING" })
                .ShouldBeGreaterThanOrEqualTo(4);
        }

        (await world.TasksAsync()).CountBy(task => task.AvailabilityZone!).Select(zone => zone.Value).ShouldBe([2, 2]);
        var events = (await world.ServiceAsync()).Events!.Select(happened => happened.Message).ToList();
        events.Count(message => message!.EndsWith("AZ Rebalancing in progress.", StringComparison.Ordinal)).ShouldBe(1);
        events.ShouldContain(
            "(service s) is not AZ balanced with 4 tasks in eu-west-1a, 0 tasks in eu-west-1b. AZ Rebalancing in "
                + "progress."
        );
        events.ShouldContain("(service s) is AZ balanced with 2 tasks in eu-west-1a, 2 tasks in eu-west-1b.");
        events
            .Count(message =>
                message!.StartsWith(
                    "(service s) has started 1 tasks in eu-west-1b to AZ Rebalance: (task ",
                    StringComparison.Ordinal
                )
            )
            .ShouldBe(2);
        events
            .Count(message =>
                message!.StartsWith(
                    "(service s) has stopped 1 running tasks in eu-west-1a due to AZ rebalancing: (task ",
                    StringComparison.Ordinal
                )
            )
            .ShouldBe(2);
    }

    [Fact]
    public async Task A_task_moves_when_its_successor_is_healthy_even_where_fewer_would_do()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(zone: "eu-west-1a");
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 4, with: request =>
            request with
            {
                DeploymentConfiguration = new DeploymentConfiguration { MinimumHealthyPercent = 50 },
            }
        );
        await world.ObeyAsync();

        await world.AddInstanceAsync(zone: "eu-west-1b");
        for (var round = 0; round < 10; round++)
        {
            await world.SettleAsync();
            (await world.TasksAsync())
                .Count(task => task is { LastStatus: "RUNNING", DesiredStatus: "RUNNING" })
                .ShouldBeGreaterThanOrEqualTo(4);
            await world.ObeyAsync();
        }

        (await world.TasksAsync()).CountBy(task => task.AvailabilityZone!).Select(zone => zone.Value).ShouldBe([2, 2]);
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
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();

        (await world.TasksAsync()).ShouldAllBe(task => task.AvailabilityZone == "eu-west-1a");
        var events = (await world.ServiceAsync()).Events!.Select(happened => happened.Message).ToList();
        events.ShouldNotContain(message => message!.Contains("balanced", StringComparison.Ordinal));
        events
            .Count(message =>
                message
                == "(service s) is unable to place a task in eu-west-1b because no container instance met all of "
                    + "its requirements."
            )
            .ShouldBe(1);
    }

    [Fact]
    public async Task Where_the_rest_cannot_move_the_move_is_over()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(zone: "eu-west-1a");
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 4);
        await world.ObeyAsync();

        await world.AddInstanceAsync(zone: "eu-west-1b", memory: 300);
        for (var round = 0; round < 4; round++)
            await world.ObeyAsync();
        (await world.TasksAsync())
            .CountBy(task => task.AvailabilityZone!)
            .OrderBy(zone => zone.Key)
            .Select(zone => zone.Value)
            .ShouldBe([3, 1]);
        (await world.ServiceAsync())
            .Events![0]
            .Message.ShouldBe(
                "(service s) is unable to place a task in eu-west-1b because no container instance met all of its "
                    + "requirements."
            );

        await world.AddInstanceAsync(zone: "eu-west-1b");
        for (var round = 0; round < 4; round++)
            await world.ObeyAsync();
        (await world.TasksAsync())
            .CountBy(task => task.AvailabilityZone!)
            .OrderBy(zone => zone.Key)
            .Select(zone => zone.Value)
            .ShouldBe([2, 2]);
        (await world.ServiceAsync())
            .Events![0]
            .Message.ShouldBe("(service s) is AZ balanced with 2 tasks in eu-west-1a, 2 tasks in eu-west-1b.");
    }

    [Fact]
    public async Task A_task_that_replaces_another_in_the_meantime_is_none_that_balances()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(zone: "eu-west-1a");
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 4);
        await world.ObeyAsync();

        await world.AddInstanceAsync(zone: "eu-west-1b");
        await world.SettleAsync();
        var events = (await world.ServiceAsync()).Events!;
        events[0].Message.ShouldStartWith("(service s) has started 1 tasks in eu-west-1b to AZ Rebalance: ");
        var replaced = world.Store.Current.Range(EcsTables.ServiceRollouts).Single().Rebalancing!.Replaced!;
        var other = (await world.TasksAsync()).First(task =>
            task.LastStatus == "RUNNING" && !task.TaskArn!.EndsWith(replaced, StringComparison.Ordinal)
        );
        await world.Api.StopTaskAsync(new StopTaskRequest { Task = other.TaskArn! }, world.Caller);
        await world.SettleAsync();

        (await world.ServiceAsync()).Events![0].Message!.ShouldStartWith("(service s) has started 1 tasks: ");
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
        for (var round = 0; round < 6; round++)
            await world.ObeyAsync();

        (await world.TasksAsync())
            .CountBy(task => task.AvailabilityZone!)
            .OrderBy(zone => zone.Key)
            .Select(zone => zone.Value)
            .ShouldBe([2, 2]);
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task Room_of_another_capacity_provider_is_no_room()
    {
        await using var world = await WithProvidersAsync();
        await AddInstanceAsync(world, "eu-west-1a", "steady");
        await world.CreateServiceAsync(desired: 4, with: request =>
            request with
            {
                CapacityProviderStrategy =
                [
                    new CapacityProviderStrategyItem { CapacityProvider = "steady", Weight = 1 },
                ],
            }
        );
        await world.ObeyAsync();

        await AddInstanceAsync(world, "eu-west-1b", "spare");
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();

        (await world.TasksAsync()).ShouldAllBe(task => task.AvailabilityZone == "eu-west-1a");
        (await world.ServiceAsync()).Events!.ShouldNotContain(happened =>
            happened.Message!.Contains("balanced", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("steady", "spare")]
    [InlineData("spare", "steady")]
    public async Task A_task_that_moves_is_replaced_by_one_of_the_same_share(params string[] providers)
    {
        await using var world = await WithProvidersAsync();
        foreach (var provider in Providers)
            await AddInstanceAsync(world, "eu-west-1a", provider);
        await world.CreateServiceAsync(desired: 2, with: request =>
            request with
            {
                CapacityProviderStrategy =
                [
                    .. providers.Select(provider => new CapacityProviderStrategyItem
                    {
                        CapacityProvider = provider,
                        Weight = 1,
                    }),
                ],
            }
        );
        await world.ObeyAsync();

        foreach (var provider in Providers)
            await AddInstanceAsync(world, "eu-west-1b", provider);
        for (var round = 0; round < 4; round++)
            await world.ObeyAsync();

        var tasks = await world.TasksAsync();
        tasks.CountBy(task => task.AvailabilityZone!).Select(zone => zone.Value).ShouldBe([1, 1]);
        tasks.CountBy(task => task.CapacityProviderName!).Select(provider => provider.Value).ShouldBe([1, 1]);
    }

    [Theory]
    [InlineData("steady")]
    [InlineData("spare")]
    public async Task Where_there_is_room_for_tasks_of_one_capacity_provider_those_move(string provider)
    {
        await using var world = await WithProvidersAsync();
        foreach (var each in Providers)
            await AddInstanceAsync(world, "eu-west-1a", each);
        await world.CreateServiceAsync(desired: 4, with: request =>
            request with
            {
                CapacityProviderStrategy =
                [
                    .. Providers.Select(each => new CapacityProviderStrategyItem
                    {
                        CapacityProvider = each,
                        Weight = 1,
                    }),
                ],
            }
        );
        await world.ObeyAsync();

        await AddInstanceAsync(world, "eu-west-1b", provider);
        for (var round = 0; round < 4; round++)
            await world.ObeyAsync();

        var tasks = await world.TasksAsync();
        tasks.CountBy(task => task.AvailabilityZone!).Select(zone => zone.Value).ShouldBe([2, 2]);
        tasks.CountBy(task => task.CapacityProviderName!).Select(each => each.Value).ShouldBe([2, 2]);
    }

    [Fact]
    public async Task A_service_that_cannot_be_balanced_is_looked_at_again_because_a_task_of_another_may_make_room()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(zone: "eu-west-1b", memory: 300);
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1, name: "other");
        await world.ObeyAsync();
        await world.AddInstanceAsync(zone: "eu-west-1a");
        await world.CreateServiceAsync(desired: 4);
        await world.ObeyAsync();
        (await world.TasksAsync())
            .Where(task => task.Group == "service:s")
            .ShouldAllBe(task => task.AvailabilityZone == "eu-west-1a");

        (await world.ReconcileServiceAsync()).ShouldBe(TimeSpan.FromMinutes(1));

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "other", DesiredCount = 0 },
            world.Caller
        );
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();

        (await world.TasksAsync()).Count(task => task.AvailabilityZone == "eu-west-1b").ShouldBe(1);
    }

    [Fact]
    public async Task A_service_that_does_not_want_it_is_left_alone()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(zone: "eu-west-1a");
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 4, with: request =>
            request with
            {
                AvailabilityZoneRebalancing = "DISABLED",
            }
        );
        await world.ObeyAsync();

        await world.AddInstanceAsync(zone: "eu-west-1b");
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();

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
        (
            await world.CreateServiceAsync(desired: 1, name: "packed", with: request =>
                request with
                {
                    PlacementStrategy = binpack,
                }
            )
        ).AvailabilityZoneRebalancing.ShouldBe("DISABLED");
        (
            await Should.ThrowAsync<AwsException>(() =>
                world.CreateServiceAsync(desired: 1, name: "both", with: request =>
                    request with
                    {
                        PlacementStrategy = binpack,
                        AvailabilityZoneRebalancing = "ENABLED",
                    }
                )
            )
        ).Code.ShouldBe("InvalidParameterException");
    }

    private static readonly string[] Providers = ["steady", "spare"];

    private static async Task<EcsWorld> WithProvidersAsync()
    {
        var world = await EcsWorld.CreateAsync();
        await world.Api.CreateClusterAsync(new CreateClusterRequest(), world.Caller);
        foreach (var name in Providers)
            await world.Api.CreateCapacityProviderAsync(
                new CreateCapacityProviderRequest
                {
                    Name = name,
                    AutoScalingGroupProvider = new AutoScalingGroupProvider { AutoScalingGroupArn = name },
                },
                world.Caller
            );
        await world.Api.PutClusterCapacityProvidersAsync(
            new PutClusterCapacityProvidersRequest
            {
                Cluster = "default",
                CapacityProviders = Providers,
                DefaultCapacityProviderStrategy = [],
            },
            world.Caller
        );
        await world.RegisterAsync();
        return world;
    }

    private static async Task AddInstanceAsync(EcsWorld world, string zone, string provider)
    {
        var instance = await world.AddInstanceAsync(zone: zone);
        await world.Api.PutAttributesAsync(
            new PutAttributesRequest
            {
                Attributes =
                [
                    new EcsAttribute
                    {
                        Name = "estiba.capacity-provider",
                        Value = provider,
                        TargetId = instance,
                    },
                ],
            },
            world.Caller
        );
        await world.SettleAsync();
    }
}
