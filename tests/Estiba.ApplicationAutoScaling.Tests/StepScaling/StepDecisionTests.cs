using Estiba.ApplicationAutoScaling.Capacity;
using Estiba.ApplicationAutoScaling.StepScaling;
using Estiba.Contracts.ApplicationAutoScaling;

namespace Estiba.ApplicationAutoScaling.Tests.StepScaling;

public sealed class StepDecisionTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);

    private static ScalingState Tasks(int desired, int? running = null) =>
        new()
        {
            Now = Now,
            Desired = desired,
            Running = running ?? desired,
            Min = 0,
            Max = 100,
        };

    private static StepAdjustment Step(double? lower, double? upper, int adjustment) =>
        new()
        {
            MetricIntervalLowerBound = lower,
            MetricIntervalUpperBound = upper,
            ScalingAdjustment = adjustment,
        };

    private static StepScalingPolicyConfiguration Policy(string type, params StepAdjustment[] steps) =>
        new() { AdjustmentType = type, StepAdjustments = steps };

    private static CapacityChange Added(int from, int to, int settledSecondsAgo) =>
        new(Now.AddMinutes(-10), from, to) { SettledAt = Now.AddSeconds(-settledSecondsAgo) };

    [Theory]
    [InlineData(0, 11)]
    [InlineData(9.9, 11)]
    [InlineData(10, 12)]
    [InlineData(1000, 12)]
    public void Above_the_threshold_the_lower_bound_belongs_to_a_step(double difference, int expected) =>
        StepDecision
            .Decide(Policy("ChangeInCapacity", Step(0, 10, 1), Step(10, null, 2)), difference, Tasks(10))
            .Count.ShouldBe(expected);

    [Theory]
    [InlineData(0, 9)]
    [InlineData(-9.9, 9)]
    [InlineData(-10, 8)]
    [InlineData(-1000, 8)]
    public void Below_the_threshold_the_upper_bound_belongs_to_a_step(double difference, int expected) =>
        StepDecision
            .Decide(Policy("ChangeInCapacity", Step(null, -10, -2), Step(-10, 0, -1)), difference, Tasks(10))
            .Count.ShouldBe(expected);

    [Fact]
    public void Without_a_step_for_it_there_is_nothing_to_say() =>
        StepDecision.Decide(Policy("ChangeInCapacity", Step(0, null, 1)), -1, Tasks(10)).ShouldBe(Verdict.Nothing);

    // "Scaling adjustment types", user guide.
    [Theory]
    [InlineData(10, 10, 11)]
    [InlineData(10, 1, 11)]
    [InlineData(10, 67, 16)]
    [InlineData(10, -1, 9)]
    [InlineData(10, -67, 4)]
    [InlineData(3, 200, 9)]
    public void Percentages_are_rounded_towards_zero_and_never_to_it(int tasks, int percent, int expected) =>
        StepDecision
            .Decide(Policy("PercentChangeInCapacity", Step(null, 0, percent), Step(0, null, percent)), 5, Tasks(tasks))
            .Count.ShouldBe(expected);

    [Fact]
    public void A_percentage_may_have_a_least_magnitude()
    {
        var policy = Policy("PercentChangeInCapacity", Step(0, null, 25)) with { MinAdjustmentMagnitude = 2 };

        StepDecision.Decide(policy, 5, Tasks(4)).Count.ShouldBe(6);
        StepDecision.Decide(policy, 5, Tasks(40)).Count.ShouldBe(50);
    }

    [Theory]
    [InlineData(10, 5)]
    [InlineData(3, 5)]
    public void A_number_may_be_said_exactly(int tasks, int expected) =>
        StepDecision.Decide(Policy("ExactCapacity", Step(0, null, 5)), 5, Tasks(tasks)).Count.ShouldBe(expected);

    [Fact]
    public void It_starts_from_the_tasks_that_run() =>
        StepDecision
            .Decide(Policy("ChangeInCapacity", Step(0, null, 2)), 5, Tasks(6, running: 3))
            .NotScaled.ShouldBe(new NotScaled(NotScaledCode.AlreadyAtDesiredCapacity, Current: 6));

    // "Cooldown period", user guide: increased by 2, then an alarm for 3 within the cooldown adds 1 alone.
    [Theory]
    [InlineData(200, 2, null)]
    [InlineData(200, 3, 13)]
    [InlineData(301, 2, 14)]
    public void Within_the_cooldown_only_a_larger_step_adds_what_it_is_larger_by(
        int settledSecondsAgo,
        int adjustment,
        int? expected
    ) =>
        StepDecision
            .Decide(
                Policy("ChangeInCapacity", Step(0, null, adjustment)),
                5,
                Tasks(12) with
                {
                    LastOut = Added(10, 12, settledSecondsAgo),
                }
            )
            .Count.ShouldBe(expected);

    [Theory]
    [InlineData(59, null)]
    [InlineData(61, 8)]
    public void A_scale_in_waits_for_the_cooldown(int settledSecondsAgo, int? expected) =>
        StepDecision
            .Decide(
                Policy("ChangeInCapacity", Step(null, 0, -2)) with
                {
                    Cooldown = 60,
                },
                -5,
                Tasks(10) with
                {
                    LastIn = Added(12, 10, settledSecondsAgo),
                }
            )
            .Count.ShouldBe(expected);

    [Fact]
    public void Nothing_leaves_the_bounds()
    {
        var up = Policy("ChangeInCapacity", Step(0, null, 200));
        var down = Policy("ChangeInCapacity", Step(null, 0, -200));

        StepDecision.Decide(up, 5, Tasks(10)).Count.ShouldBe(100);
        StepDecision.Decide(up, 5, Tasks(100)).NotScaled!.Code.ShouldBe(NotScaledCode.AlreadyAtMaxCapacity);
        StepDecision.Decide(down, -5, Tasks(10) with { Min = 4 }).Count.ShouldBe(4);
        StepDecision
            .Decide(down, -5, Tasks(4) with { Min = 4 })
            .NotScaled!.Code.ShouldBe(NotScaledCode.AlreadyAtMinCapacity);
    }

    [Fact]
    public void A_scale_in_leaves_what_another_policy_wants() =>
        StepDecision
            .Decide(Policy("ChangeInCapacity", Step(null, 0, -5)), -5, Tasks(10) with { WantedByOthers = 8 })
            .Count.ShouldBe(8);
}
