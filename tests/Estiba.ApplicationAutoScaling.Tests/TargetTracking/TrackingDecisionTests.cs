using Estiba.ApplicationAutoScaling.Capacity;
using Estiba.ApplicationAutoScaling.TargetTracking;
using Estiba.Contracts.ApplicationAutoScaling;

namespace Estiba.ApplicationAutoScaling.Tests.TargetTracking;

public sealed class TrackingDecisionTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);

    private static readonly TargetTrackingScalingPolicyConfiguration Half = new() { TargetValue = 50 };

    private static ScalingState Tasks(int desired, int? running = null) =>
        new()
        {
            Now = Now,
            Desired = desired,
            Running = running ?? desired,
            Min = 1,
            Max = 20,
        };

    private static CapacityChange Change(int from, int to, int? settledSecondsAgo) =>
        new(Now.AddMinutes(-10), from, to) { SettledAt = settledSecondsAgo is { } ago ? Now.AddSeconds(-ago) : null };

    [Theory]
    [InlineData(2, 100, 4)]
    [InlineData(2, 51, 3)]
    [InlineData(4, 75, 6)]
    [InlineData(3, 66, 4)]
    [InlineData(10, 200, 20)]
    [InlineData(10, 400, 20)]
    public void More_tasks_are_wanted_in_proportion_to_the_metric(int tasks, double value, int expected) =>
        TrackingDecision.Decide(Half, value, Tasks(tasks)).Count.ShouldBe(expected);

    [Theory]
    [InlineData(50)]
    [InlineData(47)]
    [InlineData(45)]
    public void Near_the_target_nothing_changes(double value) =>
        TrackingDecision
            .Decide(Half, value, Tasks(4))
            .NotScaled.ShouldBe(new NotScaled(NotScaledCode.AlreadyAtDesiredCapacity, Current: 4));

    [Theory]
    [InlineData(4, 30, 3)]
    [InlineData(10, 40, 9)]
    [InlineData(8, 5, 6)]
    [InlineData(20, 1, 15)]
    [InlineData(2, 0, 1)]
    public void Fewer_are_wanted_a_part_at_a_time(int tasks, double value, int expected) =>
        TrackingDecision.Decide(Half, value, Tasks(tasks)).Count.ShouldBe(expected);

    [Fact]
    public void A_task_is_kept_when_the_others_would_be_too_full_without_it()
    {
        // One task would have 50 percent, and the next bit more would bring the second back.
        var verdict = TrackingDecision.Decide(Half, 25, Tasks(2));

        verdict.NotScaled!.Code.ShouldBe(NotScaledCode.AnticipatedFlapping);
    }

    [Fact]
    public void Nothing_leaves_the_bounds()
    {
        TrackingDecision
            .Decide(Half, 500, Tasks(20))
            .NotScaled.ShouldBe(new NotScaled(NotScaledCode.AlreadyAtMaxCapacity, Max: 20));
        TrackingDecision
            .Decide(Half, 1, Tasks(1))
            .NotScaled.ShouldBe(new NotScaled(NotScaledCode.AlreadyAtMinCapacity, Min: 1));
        TrackingDecision.Decide(Half, 60, Tasks(25)).Count.ShouldBeNull();
        TrackingDecision.Decide(Half, 44, Tasks(25)).Count.ShouldBe(20);
        TrackingDecision.Decide(Half, 60, Tasks(2) with { Min = 5 }).Count.ShouldBe(5);
    }

    [Fact]
    public void Tasks_that_are_on_their_way_count()
    {
        var state = Tasks(4, running: 2) with { LastOut = Change(2, 4, settledSecondsAgo: null) };

        TrackingDecision
            .Decide(Half, 100, state)
            .NotScaled.ShouldBe(new NotScaled(NotScaledCode.AlreadyAtDesiredCapacity, Current: 4));
        // The load has grown on.
        TrackingDecision.Decide(Half, 150, state).Count.ShouldBe(6);
    }

    [Fact]
    public void A_value_from_before_is_not_multiplied_by_the_tasks_that_have_come_since()
    {
        var state = Tasks(4) with { LastOut = Change(2, 4, settledSecondsAgo: 30) };

        TrackingDecision.Decide(Half, 100, state).Count.ShouldBeNull();
    }

    [Fact]
    public void Within_the_cooldown_what_was_added_is_part_of_what_is_wanted_next()
    {
        var within = Tasks(4) with { LastOut = Change(2, 4, settledSecondsAgo: 200) };
        var after = Tasks(4) with { LastOut = Change(2, 4, settledSecondsAgo: 301) };

        TrackingDecision.Decide(Half, 75, within).Count.ShouldBeNull();
        TrackingDecision.Decide(Half, 100, within).Count.ShouldBe(6);
        TrackingDecision.Decide(Half, 100, after).Count.ShouldBe(8);
        TrackingDecision.Decide(Half with { ScaleOutCooldown = 60 }, 100, within).Count.ShouldBe(8);
    }

    [Theory]
    [InlineData(299, null)]
    [InlineData(301, 6)]
    public void A_scale_in_waits_for_the_cooldown_of_the_one_before(int settledSecondsAgo, int? expected)
    {
        var state = Tasks(8) with { LastIn = Change(10, 8, settledSecondsAgo) };

        TrackingDecision.Decide(Half, 10, state).Count.ShouldBe(expected);
    }

    [Fact]
    public void A_scale_in_waits_for_tasks_that_are_on_their_way() =>
        TrackingDecision
            .Decide(Half, 10, Tasks(8, running: 7) with { LastOut = Change(4, 8, settledSecondsAgo: null) })
            .NotScaled!.Code.ShouldBe(NotScaledCode.AnticipatedFlapping);

    [Fact]
    public void During_a_deployment_services_scale_out_and_not_in()
    {
        var state = Tasks(4, running: 8) with { IsDeploying = true };

        TrackingDecision.Decide(Half, 10, state).NotScaled.ShouldBe(new NotScaled(NotScaledCode.Unscalable));
        // The old tasks run beside the new ones, and are none that more could be added to.
        TrackingDecision.Decide(Half, 100, state).Count.ShouldBe(8);
    }

    [Fact]
    public void What_is_suspended_does_not_happen()
    {
        TrackingDecision
            .Decide(Half, 100, Tasks(2) with { IsOutSuspended = true })
            .NotScaled!.Code.ShouldBe(NotScaledCode.Suspended);
        TrackingDecision
            .Decide(Half, 10, Tasks(4) with { IsInSuspended = true })
            .NotScaled!.Code.ShouldBe(NotScaledCode.Suspended);
        TrackingDecision.Decide(Half, 100, Tasks(2) with { IsInSuspended = true }).Count.ShouldBe(4);
    }

    [Fact]
    public void A_policy_may_scale_out_alone() =>
        TrackingDecision.Decide(Half with { DisableScaleIn = true }, 10, Tasks(4)).ShouldBe(Verdict.Nothing);

    [Fact]
    public void Tasks_are_given_up_when_all_policies_agree_and_no_more_than_the_most_cautious_says()
    {
        TrackingDecision.Decide(Half, 10, Tasks(8) with { OthersScaleIn = false }).Count.ShouldBeNull();
        TrackingDecision.Decide(Half, 10, Tasks(8) with { WantedByOthers = 7 }).Count.ShouldBe(7);
        TrackingDecision.Decide(Half, 10, Tasks(8) with { WantedByOthers = 9 }).Count.ShouldBeNull();
        TrackingDecision.Decide(Half, 10, Tasks(8) with { WantedByOthers = 3 }).Count.ShouldBe(6);
    }

    [Fact]
    public void Whatever_there_is_nothing_leaves_the_bounds_or_goes_the_wrong_way()
    {
        var random = new Random(1);
        CapacityChange? Some(int from, int to) =>
            random.Next(3) == 0 ? null : Change(from, to, random.Next(3) == 0 ? null : random.Next(600));

        for (var i = 0; i < 50_000; i++)
        {
            var (min, desired) = (random.Next(5), random.Next(1, 30));
            var state = new ScalingState
            {
                Now = Now,
                Desired = desired,
                Running = random.Next(desired * 2),
                Min = min,
                Max = min + random.Next(20),
                IsDeploying = random.Next(4) == 0,
                WantedByOthers = random.Next(2) == 0 ? null : random.Next(30),
                OthersScaleIn = random.Next(4) > 0,
                LastOut = Some(random.Next(desired), desired),
                LastIn = Some(desired + 1, desired),
            };
            var value = random.NextDouble() * 150;

            if (TrackingDecision.Decide(Half, value, state).Count is not { } count)
                continue;
            count.ShouldBeInRange(state.Min, state.Max);
            Math.Sign(count - desired).ShouldBe(value > 50 ? 1 : -1);
            if (value < 45)
                state.IsDeploying.ShouldBeFalse();
        }
    }

    [Fact]
    public void Without_tasks_one_is_what_the_metric_is_multiplied_with()
    {
        TrackingDecision.Decide(Half, 100, Tasks(0) with { Min = 0 }).Count.ShouldBe(2);
        TrackingDecision.Decide(Half, 0, Tasks(2, running: 0)).Count.ShouldBeNull();
    }
}
