using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Network;
using Estiba.LoadBalancing.Traffic.Targets;
using static Estiba.LoadBalancing.Tests.Traffic.Network.NetworkWorld;

namespace Estiba.LoadBalancing.Tests.Traffic.Network;

public sealed class TargetChoiceTests
{
    private const int Many = 64;

    [Fact]
    public async Task Connections_are_spread_over_the_healthy_targets()
    {
        await using var world = new NetworkWorld();
        await using var first = SocketTarget.Saying("first");
        await using var second = SocketTarget.Saying("second");
        await using var ill = SocketTarget.Saying("ill");
        world.Forward(
            first.Healthy,
            second.Healthy,
            ill.Healthy with
            {
                State = TargetState.Unhealthy,
            },
            ill.Healthy with
            {
                State = TargetState.Initial,
            }
        );

        (await NamesAsync(world)).Keys.Order().ShouldBe(["first", "second"]);
    }

    [Fact]
    public async Task Where_none_is_healthy_all_get_connections_except_those_that_leave()
    {
        await using var world = new NetworkWorld();
        await using var first = SocketTarget.Saying("first");
        await using var second = SocketTarget.Saying("second");
        await using var leaving = SocketTarget.Saying("leaving");
        world.Forward(
            first.Healthy with
            {
                State = TargetState.Unhealthy,
            },
            second.Healthy with
            {
                State = TargetState.Initial,
            },
            leaving.Healthy with
            {
                State = TargetState.Draining,
            }
        );

        (await NamesAsync(world)).Keys.Order().ShouldBe(["first", "second"]);
    }

    [Fact]
    public async Task With_fewer_healthy_targets_than_there_must_be_all_get_connections()
    {
        await using var world = new NetworkWorld();
        await using var well = SocketTarget.Saying("well");
        await using var ill = SocketTarget.Saying("ill");
        var group = GroupOf(well.Healthy, ill.Healthy with { State = TargetState.Unhealthy });

        world.Apply(world.Listener(group with { Threshold = new HealthThreshold(2) }));
        var byCount = await NamesAsync(world);
        world.Apply(world.Listener(group with { Threshold = new HealthThreshold(1, 51) }));
        var byPercentage = await NamesAsync(world);
        world.Apply(world.Listener(group with { Threshold = new HealthThreshold(1, 50) }));

        byCount.Keys.Order().ShouldBe(["ill", "well"]);
        byPercentage.Keys.Order().ShouldBe(["ill", "well"]);
        (await NamesAsync(world)).Keys.ShouldBe(["well"]);
    }

    [Fact]
    public async Task A_client_keeps_its_target_where_it_is_sticky_and_most_clients_do_when_another_comes()
    {
        await using var world = new NetworkWorld();
        await using var first = SocketTarget.Saying("first");
        await using var second = SocketTarget.Saying("second");
        world.Apply(world.Listener(GroupOf(first.Healthy, second.Healthy) with { StickyBySource = true }));

        (await NamesAsync(world)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_address_uses_the_targets_of_its_zone_unless_it_goes_across_zones()
    {
        await using var world = new NetworkWorld();
        await using var here = SocketTarget.Saying("here");
        await using var there = SocketTarget.Saying("there");
        var elsewhere = NewAddress();
        var group = GroupOf(here.Healthy with { Zone = Zone }, there.Healthy with { Zone = OtherZone });
        var listener = world.Listener(group) with
        {
            Addresses = [new ZonalAddress(world.Address, Zone), new ZonalAddress(elsewhere, OtherZone)],
        };

        world.Apply(listener);
        (await NamesAsync(world)).Keys.ShouldBe(["here"]);
        (await world.NameAsync(elsewhere)).ShouldBe("there");
        world.Apply(listener with { Groups = [new WeightedNetworkTargetGroup(group with { CrossZone = true })] });

        (await NamesAsync(world)).Keys.Order().ShouldBe(["here", "there"]);
    }

    [Fact]
    public async Task An_address_in_a_zone_without_targets_resets_its_clients()
    {
        await using var world = new NetworkWorld();
        await using var there = SocketTarget.Saying("there");
        world.Forward(there.Healthy with { Zone = OtherZone });

        await world.ShouldResetNewOnesAsync();
    }

    [Fact]
    public async Task Groups_get_their_weights()
    {
        await using var world = new NetworkWorld();
        await using var first = SocketTarget.Saying("first");
        await using var second = SocketTarget.Saying("second");
        await using var never = SocketTarget.Saying("never");
        world.Apply(
            world.Listener(GroupOf()) with
            {
                Groups =
                [
                    new WeightedNetworkTargetGroup(GroupOf(first.Healthy), 3),
                    new WeightedNetworkTargetGroup(GroupOf(second.Healthy) with { Arn = Group + "b" }, 1),
                    new WeightedNetworkTargetGroup(GroupOf(never.Healthy) with { Arn = Group + "c" }, 0),
                ],
            }
        );

        var names = await NamesAsync(world);

        names.Keys.Order().ShouldBe(["first", "second"]);
    }

    [Fact]
    public async Task Connections_to_a_target_that_becomes_unhealthy_are_reset()
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        await using var other = SocketTarget.Echoing();
        var group = GroupOf(target.Healthy) with { EndsWhenUnhealthy = true };
        world.Apply(world.Listener(group));
        using var client = await world.ConnectAsync();
        await EchoAsync(client, "hello");

        var unhealthy = target.Healthy with { State = TargetState.Unhealthy };
        // As long as no other is healthy, it is better than none.
        world.Apply(world.Listener(group with { Targets = [unhealthy] }));
        (await EchoAsync(client, "hello")).ShouldBe("hello");
        world.Apply(world.Listener(group with { Targets = [unhealthy, other.Healthy] }));

        await ShouldBeResetAsync(client);
        world.Counters.ElbResetCount.ShouldBe(1);
    }

    [Fact]
    public async Task Connections_to_an_unhealthy_target_go_on_where_the_attribute_says_so()
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        await using var other = SocketTarget.Saying("other");
        world.Forward(target.Healthy);
        using var client = await world.ConnectAsync();
        await EchoAsync(client, "hello");

        world.Forward(target.Healthy with { State = TargetState.Unhealthy }, other.Healthy);

        (await world.NameAsync()).ShouldBe("other");
        (await EchoAsync(client, "hello")).ShouldBe("hello");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connections_outlive_the_deregistration_of_their_target_unless_it_is_to_end_them(bool ends)
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        await using var other = SocketTarget.Saying("other");
        var group = GroupOf(target.Healthy) with { EndsWithDeregistration = ends };
        world.Apply(world.Listener(group));
        using var client = await world.ConnectAsync();
        await EchoAsync(client, "hello");

        var draining = target.Healthy with { State = TargetState.Draining };
        world.Apply(world.Listener(group with { Targets = [draining, other.Healthy] }));
        (await EchoAsync(client, "hello")).ShouldBe("hello");
        (await NamesAsync(world)).Keys.ShouldBe(["other"]);
        world.Apply(world.Listener(group with { Targets = [other.Healthy] }));

        if (ends)
            await ShouldBeResetAsync(client);
        else
            (await EchoAsync(client, "hello")).ShouldBe("hello");
    }

    [Fact]
    public async Task Another_group_or_listener_disturbs_no_connection()
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        await using var other = SocketTarget.Saying("other");
        var group = GroupOf(target.Healthy) with { EndsWithDeregistration = true, EndsWhenUnhealthy = true };
        world.Apply(world.Listener(group));
        using var client = await world.ConnectAsync();
        await EchoAsync(client, "hello");

        world.Apply(
            world.Listener(GroupOf(other.Healthy) with { Arn = Group + "b" }),
            world.Listener(group) with
            {
                Port = Port + 1,
                Arn = "other",
            }
        );

        (await world.NameAsync()).ShouldBe("other");
        (await EchoAsync(client, "hello")).ShouldBe("hello");
    }

    /// <summary>Which targets many connections get.</summary>
    private static async Task<Dictionary<string, int>> NamesAsync(NetworkWorld world)
    {
        var names = new Dictionary<string, int>();
        for (var number = 0; number < Many; number++)
        {
            var name = await world.NameAsync();
            names[name] = names.GetValueOrDefault(name) + 1;
        }

        return names;
    }
}
