using Estiba.ApplicationAutoScaling.TargetTracking;
using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.Contracts.CloudWatch;

namespace Estiba.ApplicationAutoScaling.Tests.Policies;

public sealed class PolicyTests
{
    private const string Uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

    [Fact]
    public async Task A_policy_makes_its_alarms_as_AWS_makes_them()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;

        var put = await world.TrackAsync(75);

        put.PolicyARN!.ShouldMatch(
            $"^arn:aws:autoscaling:eu-west-1:111122223333:scalingPolicy:{Uuid}:"
                + "resource/ecs/service/shop/web:policyName/cpu$"
        );
        put.Alarms!.Count.ShouldBe(2);
        put.Alarms[0].AlarmName!.ShouldMatch($"^TargetTracking-service/shop/web-AlarmHigh-{Uuid}$");
        put.Alarms[1].AlarmName!.ShouldMatch($"^TargetTracking-service/shop/web-AlarmLow-{Uuid}$");
        put.Alarms[0].AlarmARN.ShouldBe(ScalingWorld.AlarmArn(put.Alarms[0].AlarmName!));
        var high = world.CloudWatch.Alarms[put.Alarms[0].AlarmName!];
        high.AlarmActions.ShouldHaveSingleItem().ShouldMatch($"^{put.PolicyARN}:createdBy/{Uuid}$");
        (high with { AlarmName = null, AlarmActions = null, AlarmDescription = null, Dimensions = null }).ShouldBe(
            new PutMetricAlarmInput
            {
                ActionsEnabled = true,
                Namespace = "AWS/ECS",
                MetricName = "CPUUtilization",
                Statistic = "Average",
                Unit = "Percent",
                Period = 60,
                EvaluationPeriods = 3,
                ComparisonOperator = "GreaterThanThreshold",
                Threshold = 75,
            }
        );
        high.AlarmDescription.ShouldBe(
            $"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {high.AlarmActions![0]}."
        );
        high.Dimensions!.Select(dimension => (dimension.Name, dimension.Value))
            .ShouldBe([("ClusterName", "shop"), ("ServiceName", "web")]);
        var low = world.CloudWatch.Alarms[put.Alarms[1].AlarmName!];
        (low.EvaluationPeriods, low.ComparisonOperator, low.Threshold).ShouldBe((15, "LessThanThreshold", 67.5));
    }

    [Fact]
    public async Task Requests_are_counted_for_the_target_group_of_the_label()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        var request = new PredefinedMetricSpecification
        {
            PredefinedMetricType = MetricType.ALBRequestCountPerTarget,
            ResourceLabel = "app/front/1234/targetgroup/web/5678",
        };
        Task<PutScalingPolicyResponse> PutAsync() =>
            world.TrackAsync(1000, "requests", policy =>
                policy with
                {
                    PredefinedMetricSpecification = request,
                    DisableScaleIn = true,
                }
            );

        (await ScalingWorld.ErrorOfAsync(PutAsync)).ShouldBe(
            ("ValidationException", "Target group targetgroup/web/5678 is not attached to resource service/shop/web")
        );
        service.TargetGroups.Add("arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/5678");
        await PutAsync();

        var alarm = world.CloudWatch.Alarms.Values.ShouldHaveSingleItem();
        alarm.AlarmName!.ShouldContain("-AlarmHigh-");
        (alarm.Namespace, alarm.MetricName, alarm.Statistic).ShouldBe(
            ("AWS/ApplicationELB", "RequestCountPerTarget", "Sum")
        );
        alarm
            .Dimensions!.Select(dimension => (dimension.Name, dimension.Value))
            .ShouldBe([("LoadBalancer", "app/front/1234"), ("TargetGroup", "targetgroup/web/5678")]);
    }

    [Fact]
    public async Task Metric_math_becomes_the_alarms_queries()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;

        await world.TrackAsync(100, "backlog", policy =>
            policy with
            {
                PredefinedMetricSpecification = null,
                CustomizedMetricSpecification = new CustomizedMetricSpecification
                {
                    Metrics =
                    [
                        new TargetTrackingMetricDataQuery
                        {
                            Id = "waiting",
                            ReturnData = false,
                            MetricStat = new TargetTrackingMetricStat
                            {
                                Stat = "Sum",
                                Metric = new TargetTrackingMetric { Namespace = "Shop", MetricName = "Waiting" },
                            },
                        },
                        new TargetTrackingMetricDataQuery { Id = "each", Expression = "waiting / 2" },
                    ],
                },
            }
        );

        var queries = world.CloudWatch.Alarms.Values.First().Metrics!;
        queries[0].MetricStat!.Period.ShouldBe(60);
        queries[0].MetricStat!.Metric!.MetricName.ShouldBe("Waiting");
        queries[0].ReturnData.ShouldBe(false);
        (queries[1].Expression, queries[1].ReturnData, queries[1].Period).ShouldBe(("waiting / 2", true, 60));
    }

    [Fact]
    public async Task A_changed_policy_has_new_alarms_and_its_old_ones_are_gone()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        var before = await world.TrackAsync(50);

        var after = await world.TrackAsync(60, change: policy => policy with { DisableScaleIn = true });

        after.PolicyARN.ShouldBe(before.PolicyARN);
        world.CloudWatch.Alarms.Keys.ShouldBe([after.Alarms!.ShouldHaveSingleItem().AlarmName!]);
        world.CloudWatch.Alarms.Values.Single().Threshold.ShouldBe(60);
        world.Store.Current.Count(ApplicationAutoScalingTables.LeftAlarms).ShouldBe(0);
    }

    [Fact]
    public async Task A_policy_is_deleted_with_its_alarms()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        await world.TrackAsync();

        await world.DeletePolicyAsync("cpu");

        world.CloudWatch.Alarms.ShouldBeEmpty();
        (await ScalingWorld.ErrorOfAsync(() => world.DeletePolicyAsync("cpu"))).ShouldBe(
            (
                "ObjectNotFoundException",
                "No scaling policy found for service namespace: ecs, resource ID: service/shop/web, scalable "
                    + "dimension: ecs:service:DesiredCount, policy name: cpu"
            )
        );
    }

    [Fact]
    public async Task An_alarm_that_somebody_deletes_comes_back()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        var put = await world.TrackAsync();
        await world.Scheduler.RunAsync();

        world.CloudWatch.Alarms.Remove(put.Alarms![1].AlarmName!);
        await world.PassAsync(TimeSpan.FromMinutes(1));

        world.CloudWatch.Alarms.Keys.ShouldBe(put.Alarms.Select(alarm => alarm.AlarmName!), ignoreOrder: true);
    }

    [Fact]
    public async Task A_policy_whose_alarms_are_refused_is_not_there_and_leaves_none()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        world.CloudWatch.Refusal = new AwsException("ValidationError", "No such metric.");

        (await ScalingWorld.ErrorOfAsync(() => world.TrackAsync())).ShouldBe(
            ("FailedResourceAccessException", "No such metric.")
        );

        (await world.PoliciesAsync()).ShouldBeEmpty();
        await world.Scheduler.RunAsync();
        world.Store.Current.Count(ApplicationAutoScalingTables.LeftAlarms).ShouldBe(0);
    }

    [Fact]
    public async Task Alarms_that_were_made_for_a_policy_that_never_came_are_deleted()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        // Killed after the alarms were made and before the policy had them.
        var left = new LeftAlarms(
            Scope.Of(ScalingWorld.Context),
            "one",
            ["made", "unmade"],
            world.Time.GetUtcNow() + TimeSpan.FromMinutes(5)
        );
        await world.Store.CommitAsync(it => it.Put(ApplicationAutoScalingTables.LeftAlarms, left));
        world.CloudWatch.Alarms["made"] = new PutMetricAlarmInput { AlarmName = "made" };

        await world.RestartAsync();
        await world.PassAsync(TimeSpan.FromMinutes(4));
        world.CloudWatch.Alarms.Keys.ShouldBe(["made"]);
        await world.PassAsync(TimeSpan.FromMinutes(1));

        world.CloudWatch.Alarms.ShouldBeEmpty();
        world.Store.Current.Count(ApplicationAutoScalingTables.LeftAlarms).ShouldBe(0);
    }

    [Fact]
    public async Task A_policy_of_steps_shows_the_alarms_that_name_it()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        var one = new StepAdjustment { MetricIntervalLowerBound = 0, ScalingAdjustment = 1 };
        var web = await world.StepAsync("web", "ChangeInCapacity", 60, one);
        var web2 = await world.StepAsync("web2", "ChangeInCapacity", 60, one);
        world.CloudWatch.Alarms["a"] = new() { AlarmName = "a", AlarmActions = [web.PolicyARN!] };
        world.CloudWatch.Alarms["b"] = new() { AlarmName = "b", AlarmActions = [web2.PolicyARN!] };

        var policies = await world.PoliciesAsync();

        web.Alarms.ShouldBeEmpty();
        policies.Select(policy => policy.Alarms!.Single().AlarmName).ShouldBe(["a", "b"]);
        policies[0].StepScalingPolicyConfiguration!.StepAdjustments.ShouldHaveSingleItem().ShouldBe(one);
    }

    [Fact]
    public async Task A_policy_needs_a_registered_target()
    {
        await using var world = await ScalingWorld.CreateAsync();

        (await ScalingWorld.ErrorOfAsync(() => world.TrackAsync())).ShouldBe(
            (
                "ObjectNotFoundException",
                "No scalable target registered for service namespace: ecs, resource ID: service/shop/web, scalable "
                    + "dimension: ecs:service:DesiredCount"
            )
        );
    }

    [Fact]
    public async Task A_metric_is_tracked_by_one_policy()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        await world.TrackAsync(50, "one");

        (await ScalingWorld.ErrorOfAsync(() => world.TrackAsync(60, "other"))).ShouldBe(
            (
                "ValidationException",
                "Only one TargetTrackingScaling policy for a given metric specification is allowed."
            )
        );
    }

    [Fact]
    public async Task Load_is_not_predicted()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;

        var error = await ScalingWorld.ErrorOfAsync(() =>
            world.PutAsync(new PutScalingPolicyRequest { PolicyName = "p", PolicyType = "PredictiveScaling" })
        );

        error.ShouldBe(
            (
                "ValidationException",
                "Estiba does not predict load: choose the policy type TargetTrackingScaling or StepScaling."
            )
        );
    }

    public static TheoryData<TargetTrackingScalingPolicyConfiguration> NoTracking =>
        [
            new TargetTrackingScalingPolicyConfiguration { TargetValue = 50 },
            new TargetTrackingScalingPolicyConfiguration
            {
                TargetValue = 0,
                PredefinedMetricSpecification = new() { PredefinedMetricType = "ECSServiceAverageCPUUtilization" },
            },
            new TargetTrackingScalingPolicyConfiguration
            {
                TargetValue = 50,
                PredefinedMetricSpecification = new() { PredefinedMetricType = "DynamoDBReadCapacityUtilization" },
            },
            new TargetTrackingScalingPolicyConfiguration
            {
                TargetValue = 50,
                PredefinedMetricSpecification = new() { PredefinedMetricType = "ALBRequestCountPerTarget" },
            },
            new TargetTrackingScalingPolicyConfiguration
            {
                TargetValue = 50,
                CustomizedMetricSpecification = new() { MetricName = "Waiting", Namespace = "Shop" },
            },
            new TargetTrackingScalingPolicyConfiguration
            {
                TargetValue = 50,
                ScaleInCooldown = -1,
                PredefinedMetricSpecification = new() { PredefinedMetricType = "ECSServiceAverageCPUUtilization" },
            },
        ];

    [Theory]
    [MemberData(nameof(NoTracking))]
    public async Task What_a_policy_cannot_track_is_refused(TargetTrackingScalingPolicyConfiguration policy)
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;

        (await ScalingWorld.ErrorOfAsync(() => world.TrackAsync(change: _ => policy))).Code.ShouldBe(
            "ValidationException"
        );
        world.CloudWatch.Alarms.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ChangeInCapacity", null, null)]
    [InlineData("ChangeInCapacity", 0d, 10d)]
    [InlineData("ChangeInCapacity", -10d, 0d)]
    [InlineData("ChangeInCapacity", 10d, 10d)]
    [InlineData("ExactCapacity", 0d, null, -1)]
    public async Task A_step_must_have_an_interval_up_to_no_bound(
        string type,
        double? lower,
        double? upper,
        int adjustment = 1
    )
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        var step = new StepAdjustment
        {
            MetricIntervalLowerBound = lower,
            MetricIntervalUpperBound = upper,
            ScalingAdjustment = adjustment,
        };

        (await ScalingWorld.ErrorOfAsync(() => world.StepAsync("steps", type, null, step))).Code.ShouldBe(
            "ValidationException"
        );
    }

    [Theory]
    [InlineData(20d, "The intervals of step adjustments cannot have a gap between them")]
    [InlineData(5d, "The intervals of step adjustments cannot overlap")]
    public async Task Steps_follow_each_other(double second, string message)
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;

        var error = await ScalingWorld.ErrorOfAsync(() =>
            world.StepAsync(
                "steps",
                "ChangeInCapacity",
                null,
                new StepAdjustment
                {
                    MetricIntervalLowerBound = 0,
                    MetricIntervalUpperBound = 10,
                    ScalingAdjustment = 1,
                },
                new StepAdjustment { MetricIntervalLowerBound = second, ScalingAdjustment = 2 }
            )
        );

        error.ShouldBe(("ValidationException", message));
    }
}
