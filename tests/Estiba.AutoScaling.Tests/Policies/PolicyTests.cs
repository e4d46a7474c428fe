using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using static Estiba.AutoScaling.Tests.AutoScalingWorld;

namespace Estiba.AutoScaling.Tests.Policies;

/// <summary>Scaling policies and what alarms ask of them.</summary>
public sealed class PolicyTests
{
    [Fact]
    public async Task A_policy_that_tracks_a_target_makes_its_alarms_and_follows_them()
    {
        await using var world = await WithGroupAsync(desired: 2, change: request =>
            request with
            {
                DefaultInstanceWarmup = 0,
            }
        );
        var put = await TrackAsync(world);
        put.Alarms!.Count.ShouldBe(2);
        var high = world
            .CloudWatch.Alarms.Single(alarm =>
                alarm.Key.StartsWith("TargetTracking-web-AlarmHigh-", StringComparison.Ordinal)
            )
            .Value;
        (high.Threshold, high.EvaluationPeriods, high.MetricName).ShouldBe((50, 3, "CPUUtilization"));
        var low = world
            .CloudWatch.Alarms.Single(alarm => alarm.Key.Contains("AlarmLow", StringComparison.Ordinal))
            .Value;
        (low.Threshold, low.EvaluationPeriods).ShouldBe((45, 15));

        await world.SpeakAsync(high.AlarmActions!.ShouldHaveSingleItem(), 90, 50, high.AlarmName!);
        (await world.GroupAsync()).DesiredCapacity.ShouldBe(4);
        await world.SettleAsync();
        (await world.ActivitiesAsync())[0]
            .Cause!.ShouldContain(
                $"a monitor alarm {high.AlarmName} in state ALARM triggered policy cpu changing the desired "
                    + "capacity from 2 to 4."
            );
        await world.SpeakAsync(put.PolicyARN!, 10, 45, low.AlarmName!);
        (await world.GroupAsync()).DesiredCapacity.ShouldBe(3);

        await world.Api.DeletePolicyAsync(
            new DeletePolicyType { AutoScalingGroupName = Web, PolicyName = "cpu" },
            Context
        );
        world.CloudWatch.Alarms.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_policy_whose_alarms_are_refused_is_not_there()
    {
        await using var world = await WithGroupAsync(desired: 0);
        world.CloudWatch.Refusal = new AwsException("LimitExceeded", "There are too many alarms.");

        (await ErrorOfAsync(() => TrackAsync(world))).ShouldBe(("ValidationError", "There are too many alarms."));

        (await PoliciesAsync(world)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_alarm_that_somebody_deletes_is_made_anew()
    {
        await using var world = await WithGroupAsync(desired: 0);
        await TrackAsync(world);
        world.CloudWatch.Alarms.Clear();

        await world.PassAsync(TimeSpan.FromMinutes(1));

        world.CloudWatch.Alarms.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Simple_scaling_waits_for_its_cooldown()
    {
        await using var world = await WithGroupAsync(desired: 1);
        var arn = await PutAsync(
            world,
            new PutScalingPolicyType
            {
                PolicyName = "more",
                AdjustmentType = "ChangeInCapacity",
                ScalingAdjustment = 2,
                Cooldown = 60,
            }
        );

        await world.SpeakAsync(arn, null, null);
        (await world.GroupAsync()).DesiredCapacity.ShouldBe(3);
        await world.SpeakAsync(arn, null, null);
        (await world.GroupAsync()).DesiredCapacity.ShouldBe(3);
        (await ErrorOfAsync(() => ExecuteAsync(world, "more", honorsCooldown: true))).Code.ShouldBe(
            "ScalingActivityInProgress"
        );
        await world.PassAsync(TimeSpan.FromSeconds(60));
        await ExecuteAsync(world, "more", honorsCooldown: true);
        (await world.GroupAsync()).DesiredCapacity.ShouldBe(5);
        await world.SettleAsync();
        (await world.ActivitiesAsync())[0].Cause!.ShouldContain("a user request executed policy more");
    }

    [Fact]
    public async Task Steps_are_chosen_by_how_far_the_metric_is_above_the_threshold()
    {
        await using var world = await WithGroupAsync(desired: 2, change: request =>
            request with
            {
                DefaultInstanceWarmup = 0,
            }
        );
        var arn = await PutAsync(
            world,
            new PutScalingPolicyType
            {
                PolicyName = "steps",
                PolicyType = "StepScaling",
                AdjustmentType = "ChangeInCapacity",
                StepAdjustments =
                [
                    new StepAdjustment
                    {
                        MetricIntervalLowerBound = 0,
                        MetricIntervalUpperBound = 20,
                        ScalingAdjustment = 1,
                    },
                    new StepAdjustment { MetricIntervalLowerBound = 20, ScalingAdjustment = 3 },
                ],
            }
        );

        await world.SpeakAsync(arn, 65, 60);
        (await world.GroupAsync()).DesiredCapacity.ShouldBe(3);
        await world.SpeakAsync(arn, 95, 60);
        (await world.GroupAsync()).DesiredCapacity.ShouldBe(5, "what warms up is part of the larger step");
        await world.SpeakAsync(arn, 65, 60);
        (await world.GroupAsync()).DesiredCapacity.ShouldBe(5);
    }

    [Fact]
    public async Task Alarms_are_not_heard_while_that_is_suspended()
    {
        await using var world = await WithGroupAsync(desired: 1);
        var arn = await PutAsync(
            world,
            new PutScalingPolicyType
            {
                PolicyName = "more",
                AdjustmentType = "ExactCapacity",
                ScalingAdjustment = 4,
            }
        );
        await world.Api.SuspendProcessesAsync(
            new ScalingProcessQuery { AutoScalingGroupName = Web, ScalingProcesses = ["AlarmNotification"] },
            Context
        );

        await world.SpeakAsync(arn, null, null);

        (await world.GroupAsync()).DesiredCapacity.ShouldBe(1);
    }

    [Fact]
    public async Task One_metric_is_tracked_by_one_policy()
    {
        await using var world = await WithGroupAsync(desired: 0);
        await TrackAsync(world);

        (await ErrorOfAsync(() => TrackAsync(world, "another"))).Message.ShouldBe(
            "Only one TargetTrackingScaling policy for a given metric specification is allowed."
        );
    }

    private static Task<PolicyARNType> TrackAsync(AutoScalingWorld world, string name = "cpu") =>
        world.Api.PutScalingPolicyAsync(
            new PutScalingPolicyType
            {
                AutoScalingGroupName = Web,
                PolicyName = name,
                PolicyType = "TargetTrackingScaling",
                TargetTrackingConfiguration = new TargetTrackingConfiguration
                {
                    TargetValue = 50,
                    PredefinedMetricSpecification = new PredefinedMetricSpecification
                    {
                        PredefinedMetricType = MetricType.ASGAverageCPUUtilization,
                    },
                },
            },
            Context
        );

    private static async Task<string> PutAsync(AutoScalingWorld world, PutScalingPolicyType request) =>
        (await world.Api.PutScalingPolicyAsync(request with { AutoScalingGroupName = Web }, Context)).PolicyARN!;

    private static Task ExecuteAsync(AutoScalingWorld world, string name, bool honorsCooldown) =>
        world.Api.ExecutePolicyAsync(
            new ExecutePolicyType
            {
                AutoScalingGroupName = Web,
                PolicyName = name,
                HonorCooldown = honorsCooldown,
            },
            Context
        );

    private static async Task<IReadOnlyList<ScalingPolicy>> PoliciesAsync(AutoScalingWorld world) =>
        (await world.Api.DescribePoliciesAsync(new DescribePoliciesType(), Context)).ScalingPolicies!;
}
