using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Estiba.ApplicationAutoScaling.Tests.Scaling;

public sealed class AlarmScalingTests
{
    private static readonly StepAdjustment OneMore = new() { MetricIntervalLowerBound = 0, ScalingAdjustment = 1 };
    private static readonly StepAdjustment TwoLess = new() { MetricIntervalUpperBound = 0, ScalingAdjustment = -2 };

    [Fact]
    public async Task An_alarm_becomes_a_desired_count_and_an_activity_that_follows_it()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2);
        await using var _1 = world;
        service.IsSlow = true;
        var put = await world.TrackAsync(50);

        await world.TrackedAsync(100);
        (await world.ActivitiesAsync()).Single().StatusCode.ShouldBe("Pending");
        await world.Scheduler.RunAsync();

        service.Desired.ShouldBe(4);
        var activity = (await world.ActivitiesAsync()).ShouldHaveSingleItem();
        activity.Description.ShouldBe("Setting desired count to 4.");
        activity.Cause.ShouldBe($"monitor alarm {put.Alarms![0].AlarmName} in state ALARM triggered policy cpu");
        (activity.StatusCode, activity.StatusMessage).ShouldBe(
            ("InProgress", "Successfully set desired count to 4. Waiting for change to be fulfilled by ecs.")
        );
        activity.EndTime.ShouldBeNull();

        service.Running = 4;
        await world.PassAsync(TimeSpan.FromSeconds(5));
        activity = (await world.ActivitiesAsync()).ShouldHaveSingleItem();
        (activity.StatusCode, activity.StatusMessage).ShouldBe(
            ("Successful", "Successfully set desired count to 4. Change successfully fulfilled by ecs.")
        );
        activity.EndTime.ShouldBe(world.Time.GetUtcNow());
    }

    [Fact]
    public async Task What_was_decided_is_done_although_the_platform_was_killed_before()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2);
        await using var _1 = world;
        await world.TrackAsync(50);
        await world.TrackedAsync(100);

        await world.RestartAsync();
        service.Desired.ShouldBe(2);
        await world.Scheduler.RunAsync();

        service.Desired.ShouldBe(4);
        (await world.ActivitiesAsync()).ShouldHaveSingleItem().StatusCode.ShouldBe("Successful");
    }

    [Fact]
    public async Task An_alarm_that_asks_again_after_a_crash_is_not_heard_twice()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2);
        await using var _1 = world;
        var put = await world.StepAsync("more", "ChangeInCapacity", cooldown: 0, OneMore);

        await world.SteppedAsync("more", 80, 70);
        await world.Scheduler.RunAsync();
        await world.SteppedAsync("more", 80, 70);
        await world.Scheduler.RunAsync();

        world.Ecs.Told.ShouldBe([("shop/web", 3)]);
        service.Desired.ShouldBe(3);
        var since = world.Time.GetUtcNow();
        await world.PassAsync(TimeSpan.FromMinutes(1));
        await world.SpeakAsync(put.PolicyARN!, "mine", 80, 70, since);
        await world.SpeakAsync(put.PolicyARN!, "mine", 80, 70, since);
        await world.Scheduler.RunAsync();
        service.Desired.ShouldBe(4);
    }

    [Fact]
    public async Task A_count_that_somebody_changes_meanwhile_overrides_the_activity()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2);
        await using var _1 = world;
        service.IsSlow = true;
        await world.TrackAsync(50);
        await world.TrackedAsync(100);
        await world.Scheduler.RunAsync();

        service.Desired = 7;
        await world.PassAsync(TimeSpan.FromSeconds(5));

        var activity = (await world.ActivitiesAsync()).ShouldHaveSingleItem();
        (activity.StatusCode, activity.StatusMessage).ShouldBe(
            ("Overridden", "Successfully set desired count to 4. Found it was later changed to 7.")
        );
        service.Desired.ShouldBe(7);
    }

    [Fact]
    public async Task What_ECS_refuses_has_failed()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2);
        await using var _1 = world;
        await world.TrackAsync(50);
        world.Ecs.Refusal = EcsErrors.InvalidParameterException("No.");

        await world.TrackedAsync(100);
        await world.Scheduler.RunAsync();

        service.Desired.ShouldBe(2);
        var activity = (await world.ActivitiesAsync()).ShouldHaveSingleItem();
        (activity.StatusCode, activity.StatusMessage).ShouldBe(
            ("Failed", "Failed to set desired count to 4. Reason: No.")
        );
    }

    [Fact]
    public async Task ECS_is_told_again_when_it_did_not_answer()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2);
        await using var _1 = world;
        await world.TrackAsync(50);
        world.Ecs.Refusal = new AwsException("ServerException", "Later.", 500);
        world.Scheduler.ThrowsFaults = false;

        await world.TrackedAsync(100);
        await world.Scheduler.RunAsync();
        await world.PassAsync(TimeSpan.FromSeconds(1));

        service.Desired.ShouldBe(4);
    }

    [Fact]
    public async Task Nobody_waits_for_ever_for_tasks_that_have_no_room()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2);
        await using var _1 = world;
        service.IsSlow = true;
        await world.TrackAsync(50);
        await world.TrackedAsync(100);
        await world.Scheduler.RunAsync();

        service.Running = 3;
        await world.PassAsync(TimeSpan.FromMinutes(31));

        var activity = (await world.ActivitiesAsync()).ShouldHaveSingleItem();
        (activity.StatusCode, activity.StatusMessage).ShouldBe(
            (
                "Unfulfilled",
                "Successfully set desired count to 4. Change was not fulfilled by ecs: 3 tasks are running."
            )
        );
    }

    [Fact]
    public async Task Why_nothing_was_scaled_is_shown_to_who_asks_and_said_once()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync(desired: 4, max: 4);
        await using var _1 = world;
        await world.TrackAsync(50);

        for (var i = 0; i < 3; i++)
        {
            await world.TrackedAsync(100);
            await world.PassAsync(TimeSpan.FromMinutes(1));
        }

        (await world.ActivitiesAsync()).ShouldBeEmpty();
        var activity = (await world.ActivitiesAsync(withNotScaled: true)).ShouldHaveSingleItem();
        (activity.Description, activity.StatusCode).ShouldBe(("Attempting to scale due to alarm triggered", "Failed"));
        activity
            .NotScaledReasons.ShouldHaveSingleItem()
            .ShouldBe(new NotScaledReason { Code = "AlreadyAtMaxCapacity", MaxCapacity = 4 });
        world.Ecs.Told.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_reason_has_a_code()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 4);
        await using var _1 = world;
        await world.TrackAsync(50);
        await world.StepAsync("less", "ChangeInCapacity", cooldown: 300, TwoLess);

        await world.RegisterAsync(null, null, new SuspendedState { DynamicScalingOutSuspended = true });
        await world.TrackedAsync(100);
        (await world.NotScaledAsync()).ShouldBe("ScalingSuspended");

        world.Time.Advance(TimeSpan.FromMinutes(5));
        service.IsDeploying = true;
        await world.TrackedAsync(10);
        (await world.NotScaledAsync()).ShouldBe("TargetServicePutResourceAsUnscalable");

        world.Time.Advance(TimeSpan.FromMinutes(5));
        service.IsDeploying = false;
        await world.SteppedAsync("less", 10, 20);
        await world.Scheduler.RunAsync();
        service.Desired.ShouldBe(2);
        await world.PassAsync(TimeSpan.FromMinutes(4));
        await world.SteppedAsync("less", 10, 20);
        (await world.NotScaledAsync()).ShouldBe("AutoScalingAnticipatedFlapping");

        await world.PassAsync(TimeSpan.FromMinutes(5));
        service.Desired = service.Running = 1;
        await world.SteppedAsync("less", 10, 20);
        (await world.NotScaledAsync()).ShouldBe("AlreadyAtMinCapacity");
    }

    [Fact]
    public async Task Of_several_policies_the_one_that_wants_most_wins()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 8);
        await using var _1 = world;
        await world.TrackAsync(50, "cpu");
        await world.TrackAsync(50, "memory", policy =>
            policy with
            {
                PredefinedMetricSpecification = new PredefinedMetricSpecification
                {
                    PredefinedMetricType = MetricType.ECSServiceAverageMemoryUtilization,
                },
            }
        );

        // The memory's alarm has said nothing: it is neither low nor high.
        await world.TrackedAsync(10, "cpu");
        await world.Scheduler.RunAsync();
        service.Desired.ShouldBe(8);

        await world.TrackedAsync(39, "memory");
        await world.Scheduler.RunAsync();
        service.Desired.ShouldBe(7);

        await world.PassAsync(TimeSpan.FromMinutes(10));
        await world.TrackedAsync(80, "memory");
        await world.TrackedAsync(60, "cpu");
        await world.Scheduler.RunAsync();
        service.Desired.ShouldBe(10);
    }

    [Fact]
    public async Task A_scale_out_ends_the_cooldown_of_a_scale_in()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 8);
        await using var _1 = world;
        await world.TrackAsync(50);
        await world.TrackedAsync(10);
        await world.Scheduler.RunAsync();
        service.Desired.ShouldBe(6);

        await world.PassAsync(TimeSpan.FromMinutes(1));
        await world.TrackedAsync(60);
        await world.Scheduler.RunAsync();

        service.Desired.ShouldBe(8);
    }

    [Fact]
    public async Task A_policy_that_is_not_there_is_told_so()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        var arn = (await world.StepAsync("more", "ChangeInCapacity", 0, OneMore)).PolicyARN!;
        await world.DeletePolicyAsync("more");

        (await ScalingWorld.ErrorOfAsync(() => world.SpeakAsync(arn, "mine", 80, 70))).Code.ShouldBe(
            "ObjectNotFoundException"
        );
    }
}
