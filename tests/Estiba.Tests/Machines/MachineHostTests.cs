using System.Net;
using Estiba.Compute.Instances;
using Estiba.Contracts;
using Estiba.Joining;
using Estiba.Machines;

namespace Estiba.Tests.Machines;

public sealed class MachineHostTests
{
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.7");

    [Fact]
    public async Task The_hook_is_told_what_to_make_and_how_it_joins()
    {
        await using var world = await MachineWorld.CreateAsync();

        (await world.StartAsync()).AskAgain.ShouldBe(MachineHost.Soon);

        var call = world.Hook.Calls.ShouldHaveSingleItem();
        (call.Action, call.InstanceId, call.InstanceType, call.Cluster, call.AutoScalingGroup).ShouldBe(
            ("launch", MachineWorld.Instance.InstanceId, "t3.micro", "web", "hosts")
        );
        call.Tags["team"].ShouldBe("blue");
        call.UserData.ShouldBe("IyEvYmluL3No");
        var join = call.Join.ShouldNotBeNull();
        (join.Server, join.CertificateAuthority, join.Until).ShouldBe(
            (
                new Uri("https://server.example:4566"),
                "-----BEGIN CERTIFICATE-----",
                world.Time.GetUtcNow() + MachineWorld.JoinWithin
            )
        );
    }

    [Fact]
    public async Task A_machine_that_joins_is_its_instance_and_has_its_own_address()
    {
        await using var world = await MachineWorld.CreateAsync();
        await world.StartAsync();

        var joined = await world.JoinAsync();

        (joined.Record.Host, joined.Record.Cluster).ShouldBe((MachineWorld.Instance.InstanceId, "web"));
        var identity = joined.Identity.ShouldNotBeNull();
        identity.Name.ShouldBe(MachineWorld.Instance.InstanceId);
        identity.Attributes["ecs.availability-zone"].ShouldBe("eu-west-1a");
        identity.Settings["ECS_CLUSTER"].ShouldBe("web");
        (await world.StartAsync()).IsDone.ShouldBeFalse();
        world.Registered.Known[MachineWorld.Instance.InstanceId] = Address;
        var start = await world.StartAsync();
        (start.IsDone, start.Address).ShouldBe((true, Address));
        world.Hook.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_instance_that_has_joined_goes_on_after_a_restart_while_its_agent_is_away()
    {
        await using var world = await MachineWorld.CreateAsync();
        await world.StartAsync();
        world.Registered.Known[MachineWorld.Instance.InstanceId] = Address;
        await world.StartAsync();

        world.Registered.Known.Clear();
        await world.RestartAsync();
        world.Time.Advance(TimeSpan.FromDays(1));

        (await world.StartAsync()).IsDone.ShouldBeTrue();
        world.Hook.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_platform_that_is_killed_before_the_hook_answers_asks_for_the_same_again()
    {
        await using var world = await MachineWorld.CreateAsync();
        world.Hook.Answer = _ => throw new OperationCanceledException();
        await Should.ThrowAsync<OperationCanceledException>(world.StartAsync);

        await world.RestartAsync();
        world.Hook.Answer = _ => null;
        await world.StartAsync();

        world.Hook.Calls.Count.ShouldBe(2);
        world.Hook.Calls[1].Join.ShouldBe(world.Hook.Calls[0].Join);
        (await world.JoinAsync()).Record.Host.ShouldBe(MachineWorld.Instance.InstanceId);
    }

    [Fact]
    public async Task A_hook_that_refuses_is_asked_again_after_growing_pauses_and_then_no_more()
    {
        await using var world = await MachineWorld.CreateAsync();
        world.Hook.Answer = _ => new HookFailure("The instance hook exited with 1", "no quota left\n");
        var pauses = new List<double>();
        var start = await world.StartAsync();
        while (start.AskAgain is { } pause)
        {
            pauses.Add(pause.TotalSeconds);
            start.Trouble.ShouldBe("The instance hook exited with 1: no quota left");
            (await world.StartAsync()).AskAgain.ShouldBe(pause);
            world.Time.Advance(pause);
            start = await world.StartAsync();
        }

        pauses.ShouldBe([5, 10, 20]);
        world.Hook.Calls.Count.ShouldBe(MachineHost.MostFailures);
        start.Failure.ShouldBe("The instance hook exited with 1: no quota left");
        await world.RestartAsync();
        (await world.StartAsync()).Failure.ShouldBe("The instance hook exited with 1: no quota left");
        world.Hook.Calls.Count.ShouldBe(MachineHost.MostFailures);
    }

    [Fact]
    public async Task A_machine_that_does_not_join_in_time_is_given_up_and_may_not_join_later()
    {
        await using var world = await MachineWorld.CreateAsync();
        await world.StartAsync();
        var token = world.Hook.Calls[0].Join!.Token;

        world.Time.Advance(MachineWorld.JoinWithin);

        (await world.StartAsync()).Failure.ShouldBe("The machine has not joined within 600 seconds.");
        (await Should.ThrowAsync<AwsException>(() => world.JoinAsync(token))).Code.ShouldBe("AccessDeniedException");
    }

    [Fact]
    public async Task A_machine_that_is_taken_away_has_no_token_and_no_key_any_more()
    {
        await using var world = await MachineWorld.CreateAsync();
        await world.StartAsync();
        var token = world.Hook.Calls[0].Join!.Token;
        await world.JoinAsync();

        await world.TerminateAsync();

        var call = world.Hook.Calls[^1];
        (call.Action, call.InstanceId, call.Join, call.UserData).ShouldBe(
            ("terminate", MachineWorld.Instance.InstanceId, null, null)
        );
        world.Store.Current.Range(JoinTables.Tokens).ShouldBeEmpty();
        world.Store.Current.Range(JoinTables.Hosts).ShouldBeEmpty();
        world.Store.Current.Range(MachineTables.Machines).ShouldBeEmpty();
        (await Should.ThrowAsync<AwsException>(() => world.JoinAsync(token))).Code.ShouldBe("AccessDeniedException");
    }

    [Fact]
    public async Task The_hook_is_asked_to_take_a_machine_away_until_it_agrees()
    {
        await using var world = await MachineWorld.CreateAsync();
        await world.StartAsync();
        world.Hook.Answer = _ => new HookFailure("The instance hook answered with the status 503");
        (await Should.ThrowAsync<InstanceHookException>(world.TerminateAsync)).Message.ShouldBe(
            "The instance hook answered with the status 503."
        );

        await world.RestartAsync();
        world.Hook.Answer = _ => null;
        await world.TerminateAsync();
        await world.TerminateAsync();

        world.Hook.Calls.Select(call => call.Action).ShouldBe(["launch", "terminate", "terminate"]);
    }

    [Fact]
    public async Task The_token_is_neither_logged_nor_kept_in_the_clear_nor_told_by_a_hook_that_repeats_it()
    {
        await using var world = await MachineWorld.CreateAsync();
        world.Hook.Answer = call => new HookFailure(
            "The instance hook exited with 2",
            $"agent --token {call.Join!.Token}"
        );

        var start = await world.StartAsync();

        var token = world.Hook.Calls[0].Join!.Token;
        var machine = world.Store.Current.Range(MachineTables.Machines).ShouldHaveSingleItem();
        machine.Token.ShouldNotBeNull().ShouldNotContain(token);
        start.Trouble.ShouldBe("The instance hook exited with 2: agent --token ...");
        world.Log.Collector.GetSnapshot().ShouldAllBe(record => !record.Message.Contains(token));
        $"{world.Hook.Calls[0]} {world.Hook.Calls[0].Join} {machine}".ShouldNotContain(token);
    }
}
