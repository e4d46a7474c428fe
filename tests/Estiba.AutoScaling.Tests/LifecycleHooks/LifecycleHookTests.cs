using Estiba.Contracts.AutoScaling;
using static Estiba.AutoScaling.Tests.AutoScalingWorld;

namespace Estiba.AutoScaling.Tests.LifecycleHooks;

/// <summary>Instances wait for lifecycle hooks.</summary>
public sealed class LifecycleHookTests
{
    private const string Launching = "autoscaling:EC2_INSTANCE_LAUNCHING";
    private const string Terminating = "autoscaling:EC2_INSTANCE_TERMINATING";

    [Fact]
    public async Task A_launch_waits_until_its_hook_says_to_continue()
    {
        await using var world = await WithHookAsync(Launching);
        var waiting = (await world.InstancesAsync()).ShouldHaveSingleItem();
        waiting.LifecycleState.ShouldBe("Pending:Wait");
        (await world.ActivitiesAsync())[0].StatusCode.ShouldBe(ScalingActivityStatusCode.MidLifecycleAction);

        await CompleteAsync(world, waiting.InstanceId!, "CONTINUE");
        await world.SettleAsync();

        (await world.InstancesAsync()).ShouldHaveSingleItem().LifecycleState.ShouldBe("InService");
        (await ErrorOfAsync(() => CompleteAsync(world, waiting.InstanceId!, "CONTINUE"))).ShouldBe(
            ("ValidationError", $"No active Lifecycle Action found with instance ID {waiting.InstanceId}")
        );
    }

    [Fact]
    public async Task A_launch_that_is_abandoned_is_terminated_and_another_begun()
    {
        await using var world = await WithHookAsync(Launching);
        var abandoned = (await world.InstancesAsync())[0].InstanceId!;

        await CompleteAsync(world, abandoned, "ABANDON");
        await world.SettleAsync();

        (await world.InstancesAsync()).ShouldHaveSingleItem().InstanceId.ShouldNotBe(abandoned);
        (await world.ActivitiesAsync())
            .Single(each =>
                each.Description!.StartsWith($"Launching a new EC2 instance: {abandoned}", StringComparison.Ordinal)
            )
            .StatusMessage!.ShouldContain("was abandoned: Lifecycle Action Completed with ABANDON Result");
    }

    [Theory]
    [InlineData("CONTINUE", "InService")]
    [InlineData("ABANDON", null)]
    public async Task An_action_that_nobody_completes_has_its_default_result(string result, string? state)
    {
        await using var world = await WithHookAsync(Launching, result);
        var first = (await world.InstancesAsync())[0].InstanceId!;

        await world.PassAsync(TimeSpan.FromSeconds(20));
        await world.Api.RecordLifecycleActionHeartbeatAsync(
            new RecordLifecycleActionHeartbeatType
            {
                AutoScalingGroupName = Web,
                LifecycleHookName = "hook",
                InstanceId = first,
            },
            Context
        );
        await world.PassAsync(TimeSpan.FromSeconds(50));
        (await world.InstanceAsync(first)).LifecycleState.ShouldBe("Pending:Wait", "it was heard of 50 seconds ago");
        await world.PassAsync(TimeSpan.FromSeconds(11));
        await world.SettleAsync(5);

        var left = (await world.InstancesAsync()).SingleOrDefault(each => each.InstanceId == first);
        (left?.LifecycleState).ShouldBe(state);
    }

    [Fact]
    public async Task An_instance_is_not_terminated_before_its_hook_is_done()
    {
        await using var world = await WithHookAsync(Terminating);
        var leaving = (await world.InstancesAsync()).ShouldHaveSingleItem();
        leaving.LifecycleState.ShouldBe("InService");

        await world.WantAsync(0);
        await world.SettleAsync();
        (await world.InstanceAsync(leaving.InstanceId!)).LifecycleState.ShouldBe("Terminating:Wait");
        (await world.RunningAsync()).Count.ShouldBe(1);

        await CompleteAsync(world, leaving.InstanceId!, "ABANDON");
        await world.SettleAsync();
        (await world.RunningAsync()).ShouldBeEmpty();
        (await world.ActivitiesAsync())[0].StatusCode.ShouldBe(ScalingActivityStatusCode.Successful);
    }

    [Fact]
    public async Task Whoever_is_killed_while_a_hook_is_waited_for_goes_on_waiting()
    {
        await using var world = await WithHookAsync(Launching);
        var waiting = (await world.InstancesAsync())[0].InstanceId!;

        await world.RestartAsync();
        await world.SettleAsync(5);
        (await world.InstanceAsync(waiting)).LifecycleState.ShouldBe("Pending:Wait");
        await CompleteAsync(world, waiting, "CONTINUE");
        await world.RestartAsync();
        await world.SettleAsync();

        (await world.InstanceAsync(waiting)).LifecycleState.ShouldBe("InService");
    }

    [Fact]
    public async Task Hooks_are_put_shown_and_deleted()
    {
        await using var world = await WithHookAsync(Launching);

        var hook = (await HooksAsync(world)).ShouldHaveSingleItem();
        (hook.HeartbeatTimeout, hook.GlobalTimeout, hook.DefaultResult).ShouldBe((60, 6000, "ABANDON"));
        (
            await ErrorOfAsync(() =>
                world.Api.PutLifecycleHookAsync(
                    new PutLifecycleHookType
                    {
                        AutoScalingGroupName = Web,
                        LifecycleHookName = "hook",
                        HeartbeatTimeout = 29,
                    },
                    Context
                )
            )
        ).Message.ShouldBe("Heartbeat Timeout must be between 30 and 7200 seconds.");
        await world.Api.DeleteLifecycleHookAsync(
            new DeleteLifecycleHookType { AutoScalingGroupName = Web, LifecycleHookName = "hook" },
            Context
        );
        (await HooksAsync(world)).ShouldBeEmpty();
        await world.SettleAsync();
        (await world.InstancesAsync()).ShouldHaveSingleItem().LifecycleState.ShouldBe("InService");
    }

    private static async Task<IReadOnlyList<LifecycleHook>> HooksAsync(AutoScalingWorld world) =>
        (
            await world.Api.DescribeLifecycleHooksAsync(
                new DescribeLifecycleHooksType { AutoScalingGroupName = Web },
                Context
            )
        ).LifecycleHooks!;

    private static Task CompleteAsync(AutoScalingWorld world, string instance, string result) =>
        world.Api.CompleteLifecycleActionAsync(
            new CompleteLifecycleActionType
            {
                AutoScalingGroupName = Web,
                LifecycleHookName = "hook",
                InstanceId = instance,
                LifecycleActionResult = result,
            },
            Context
        );

    private static Task<AutoScalingWorld> WithHookAsync(string transition, string result = "ABANDON") =>
        WithGroupAsync(desired: 1, change: request => request with { LifecycleHookSpecificationList =
                [
                    new LifecycleHookSpecification
                    {
                        LifecycleHookName = "hook",
                        LifecycleTransition = transition,
                        HeartbeatTimeout = 60,
                        DefaultResult = result,
                    },
                ] });
}
