using Estiba.Compute.Instances;
using Estiba.Contracts.AutoScaling;
using static Estiba.AutoScaling.Tests.AutoScalingWorld;

namespace Estiba.AutoScaling.Tests.Instances;

/// <summary>What customers do with instances of groups.</summary>
public sealed class InstanceTests
{
    [Fact]
    public async Task An_instance_is_terminated_with_or_without_a_replacement()
    {
        await using var world = await WithGroupAsync(desired: 2, min: 1);
        var first = (await world.InstancesAsync())[0].InstanceId!;

        var activity = await TerminateAsync(world, first, decrements: false);
        activity.Description.ShouldBe($"Terminating EC2 instance: {first}");
        activity.Cause.ShouldBe(
            $"At 2026-05-06T07:08:39Z instance {first} was taken out of service in response to a user request."
        );
        await world.SettleAsync();
        (await world.InstancesAsync()).Count.ShouldBe(2);

        var second = (await world.InstancesAsync())[0].InstanceId!;
        (await TerminateAsync(world, second, decrements: true)).Cause!.ShouldEndWith(
            "shrinking the capacity from 2 to 1."
        );
        await world.SettleAsync();
        var last = (await world.InstancesAsync()).ShouldHaveSingleItem().InstanceId!;
        (await world.GroupAsync()).DesiredCapacity.ShouldBe(1);

        (await ErrorOfAsync(() => TerminateAsync(world, last, decrements: true))).Message.ShouldBe(
            "Currently, desiredSize equals minSize (1). Terminating instance without replacement will violate "
                + "group's min "
                + "size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size."
        );
        (await ErrorOfAsync(() => TerminateAsync(world, "i-0123456789abcdef0", decrements: true))).ShouldBe(
            (
                "ValidationError",
                "Instance Id not found - No managed instance found for instance ID: i-0123456789abcdef0"
            )
        );
    }

    [Fact]
    public async Task An_instance_that_EC2_gives_up_is_a_failed_launch_and_the_next_is_tried_later()
    {
        await using var world = await AutoScalingWorld.CreateAsync();
        world.Host.Outcome = InstanceStart.GivenUp("no rack is free");
        await world.CreateGroupAsync(desired: 1);
        await world.SettleAsync(seconds: 5);

        (await world.InstancesAsync()).ShouldBeEmpty();
        var launch = (await world.ActivitiesAsync())[^1];
        launch.StatusCode.ShouldBe("Failed");
        launch.StatusMessage.ShouldBe(
            "Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: "
                + "Server.InternalError: no rack is free Launching EC2 instance failed."
        );
        world.Host.Calls.Count(call => call.StartsWith("start", StringComparison.Ordinal)).ShouldBe(1);

        world.Host.Outcome = null;
        await world.SettleAsync();
        (await world.InstancesAsync()).ShouldHaveSingleItem().LifecycleState.ShouldBe("InService");
    }

    [Fact]
    public async Task Scaling_in_leaves_protected_instances_alone()
    {
        await using var world = await WithGroupAsync(desired: 3);
        var kept = (await world.InstancesAsync())[1].InstanceId!;
        await world.Api.SetInstanceProtectionAsync(
            new SetInstanceProtectionQuery
            {
                AutoScalingGroupName = Web,
                InstanceIds = [kept],
                ProtectedFromScaleIn = true,
            },
            Context
        );

        await world.WantAsync(0);
        await world.SettleAsync();

        (await world.InstancesAsync()).ShouldHaveSingleItem().InstanceId.ShouldBe(kept);
    }

    [Fact]
    public async Task An_instance_that_somebody_calls_unhealthy_is_replaced()
    {
        await using var world = await WithGroupAsync(desired: 1, change: request =>
            request with
            {
                HealthCheckGracePeriod = 60,
            }
        );
        var sick = (await world.InstancesAsync())[0].InstanceId!;

        await SetHealthAsync();
        (await world.InstanceAsync(sick)).HealthStatus.ShouldBe("Healthy", "its grace period lasts");
        await world.PassAsync(TimeSpan.FromSeconds(60));
        await SetHealthAsync();
        (await world.InstanceAsync(sick)).HealthStatus.ShouldBe("Unhealthy");
        await world.SettleAsync();

        (await world.InstancesAsync()).ShouldHaveSingleItem().InstanceId.ShouldNotBe(sick);
        (await world.ActivitiesAsync())
            .Single(each => each.Description == $"Terminating EC2 instance: {sick}")
            .Cause!.ShouldEndWith("an instance was taken out of service in response to a user health-check.");

        Task SetHealthAsync() =>
            world.Api.SetInstanceHealthAsync(
                new SetInstanceHealthQuery { InstanceId = sick, HealthStatus = "Unhealthy" },
                Context
            );
    }

    [Fact]
    public async Task An_instance_in_standby_is_no_capacity_and_comes_back()
    {
        await using var world = await WithGroupAsync(desired: 2);
        var idle = (await world.InstancesAsync())[0].InstanceId!;

        var moved = await world.Api.EnterStandbyAsync(
            new EnterStandbyQuery
            {
                AutoScalingGroupName = Web,
                InstanceIds = [idle],
                ShouldDecrementDesiredCapacity = true,
            },
            Context
        );
        moved
            .Activities.ShouldHaveSingleItem()
            .Cause!.ShouldEndWith(
                $"instance {idle} was moved to standby in response to a user request, shrinking the capacity from "
                    + $"2 to 1."
            );
        await world.SettleAsync();
        (await world.InstanceAsync(idle)).LifecycleState.ShouldBe("Standby");
        (await world.InstancesAsync()).Count.ShouldBe(2);

        await world.Api.ExitStandbyAsync(
            new ExitStandbyQuery { AutoScalingGroupName = Web, InstanceIds = [idle] },
            Context
        );
        await world.SettleAsync();
        (await world.InstanceAsync(idle)).LifecycleState.ShouldBe("InService");
        (await world.GroupAsync()).DesiredCapacity.ShouldBe(2);
        (await world.RunningAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_detached_instance_goes_on_and_can_be_attached_again()
    {
        await using var world = await WithGroupAsync(desired: 2);
        var free = (await world.InstancesAsync())[0].InstanceId!;

        await world.Api.DetachInstancesAsync(
            new DetachInstancesQuery
            {
                AutoScalingGroupName = Web,
                InstanceIds = [free],
                ShouldDecrementDesiredCapacity = true,
            },
            Context
        );
        await world.SettleAsync();
        (await world.InstancesAsync()).Count.ShouldBe(1);
        var detached = (await world.RunningAsync()).Single(each => each.InstanceId == free);
        (detached.Tags ?? []).ShouldNotContain(tag => tag.Key == "aws:autoscaling:groupName");

        await world.Api.AttachInstancesAsync(
            new AttachInstancesQuery { AutoScalingGroupName = Web, InstanceIds = [free] },
            Context
        );
        await world.SettleAsync();
        (await world.InstanceAsync(free)).LifecycleState.ShouldBe("InService");
        (await world.GroupAsync()).DesiredCapacity.ShouldBe(2);
        (await world.RunningAsync())
            .Single(each => each.InstanceId == free)
            .Tags!.ShouldContain(tag => tag.Key == "aws:autoscaling:groupName" && tag.Value == Web);
        (
            await ErrorOfAsync(() =>
                world.Api.AttachInstancesAsync(
                    new AttachInstancesQuery { AutoScalingGroupName = Web, InstanceIds = [free] },
                    Context
                )
            )
        ).Message.ShouldBe($"Instance {free} is already part of AutoScalingGroup web");
    }

    [Fact]
    public async Task Instances_are_registered_with_target_groups_and_taken_off_before_they_end()
    {
        await using var world = await WithGroupAsync(desired: 1, change: request =>
            request with
            {
                TargetGroupARNs = [StandInBalancers.Web],
            }
        );
        var instance = (await world.InstancesAsync()).ShouldHaveSingleItem();
        instance.LifecycleState.ShouldBe("InService");
        world.Balancers.Targets.Keys.ShouldBe([instance.InstanceId!]);
        (await StateAsync()).ShouldBe("Added");
        world.Balancers.Targets[instance.InstanceId!] = "healthy";
        await world.SettleAsync();
        (await StateAsync()).ShouldBe("InService");

        await world.WantAsync(0);
        await world.SettleAsync();
        world.Balancers.Targets[instance.InstanceId!].ShouldBe("draining");
        (await world.RunningAsync()).Count.ShouldBe(1, "it answers what it was asked");
        (await world.ActivitiesAsync())[0]
            .StatusCode.ShouldBe(ScalingActivityStatusCode.WaitingForELBConnectionDraining);

        world.Balancers.Drained();
        await world.SettleAsync();
        (await world.RunningAsync()).ShouldBeEmpty();

        async Task<string?> StateAsync() =>
            (
                await world.Api.DescribeLoadBalancerTargetGroupsAsync(
                    new DescribeLoadBalancerTargetGroupsRequest { AutoScalingGroupName = Web },
                    Context
                )
            )
                .LoadBalancerTargetGroups.ShouldHaveSingleItem()
                .State;
    }

    [Fact]
    public async Task A_target_group_can_be_attached_and_detached_later()
    {
        await using var world = await WithGroupAsync(desired: 2);
        string[] arns = [StandInBalancers.Web];

        await world.Api.AttachLoadBalancerTargetGroupsAsync(
            new AttachLoadBalancerTargetGroupsType { AutoScalingGroupName = Web, TargetGroupARNs = arns },
            Context
        );
        await world.SettleAsync();
        world.Balancers.Targets.Count.ShouldBe(2);

        await world.Api.DetachLoadBalancerTargetGroupsAsync(
            new DetachLoadBalancerTargetGroupsType { AutoScalingGroupName = Web, TargetGroupARNs = arns },
            Context
        );
        (await world.GroupAsync()).TargetGroupARNs.ShouldBeEmpty();
        await world.SettleAsync();
        world.Balancers.Targets.Values.ShouldBe(["draining", "draining"]);
        world.Balancers.Drained();
        await world.SettleAsync();
        (
            await world.Api.DescribeLoadBalancerTargetGroupsAsync(
                new DescribeLoadBalancerTargetGroupsRequest { AutoScalingGroupName = Web },
                Context
            )
        ).LoadBalancerTargetGroups.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_target_group_calls_unhealthy_is_replaced_after_the_grace_period()
    {
        await using var world = await WithGroupAsync(desired: 1, change: request =>
            request with
            {
                TargetGroupARNs = [StandInBalancers.Web],
                HealthCheckType = "ELB",
                HealthCheckGracePeriod = 120,
            }
        );
        var sick = (await world.InstancesAsync())[0].InstanceId!;
        world.Balancers.Targets[sick] = "unhealthy";

        await world.SettleAsync(60);
        (await world.InstanceAsync(sick)).LifecycleState.ShouldBe("InService");
        await world.SettleAsync(60);
        world.Balancers.Drained();
        await world.SettleAsync();

        (await world.InstancesAsync()).ShouldHaveSingleItem().InstanceId.ShouldNotBe(sick);
        (await world.ActivitiesAsync())
            .Single(each => each.Description == $"Terminating EC2 instance: {sick}")
            .Cause!.ShouldEndWith(
                "an instance was taken out of service in response to an ELB system health check failure."
            );
    }

    private static async Task<Activity> TerminateAsync(AutoScalingWorld world, string id, bool decrements) =>
        (
            await world.Api.TerminateInstanceInAutoScalingGroupAsync(
                new TerminateInstanceInAutoScalingGroupType
                {
                    InstanceId = id,
                    ShouldDecrementDesiredCapacity = decrements,
                },
                Context
            )
        ).Activity!;
}
