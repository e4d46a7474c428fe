using Estiba.AutoScaling.Policies;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling.Tests.Policies;

/// <summary>What a policy wants.</summary>
public sealed class PolicyDecisionTests
{
    [Theory]
    [InlineData(4, 4, 100, 8)]
    [InlineData(4, 4, 51, 5)]
    [InlineData(4, 4, 50, null)]
    [InlineData(4, 4, 46, null)]
    [InlineData(4, 4, 20, 3)]
    [InlineData(8, 8, 30, 6)]
    [InlineData(8, 8, 44, null)]
    [InlineData(4, 2, 100, null)]
    [InlineData(4, 2, 20, null)]
    [InlineData(0, 0, 200, 4)]
    [InlineData(18, 18, 100, 20)]
    public void A_target_is_tracked(int desired, int warm, double value, int? wanted)
    {
        var policy = Policy(PolicyRecord.Tracking) with
        {
            Target = new TargetTrackingConfiguration { TargetValue = 50 },
        };

        PolicyDecision.Of(policy, value, 50, State(desired, warm)).ShouldBe(wanted);
    }

    [Fact]
    public void Nobody_scales_in_where_another_target_is_not_met_or_scaling_in_is_disabled()
    {
        var policy = Policy(PolicyRecord.Tracking) with
        {
            Target = new TargetTrackingConfiguration { TargetValue = 50 },
        };

        PolicyDecision.Of(policy, 10, 45, State(4, 4) with { OthersScaleIn = false }).ShouldBeNull();
        var disabled = policy with { Target = policy.Target with { DisableScaleIn = true } };
        PolicyDecision.Of(disabled, 10, 45, State(4, 4)).ShouldBeNull();
    }

    [Theory]
    [InlineData(0, 0, 200, 2)]
    [InlineData(10, 10, 120, 12)]
    [InlineData(10, 10, 100, null)]
    [InlineData(10, 10, 90, 9)]
    [InlineData(10, 10, 10, 8)]
    public void What_ECS_says_of_its_capacity_providers_is_taken_at_its_word(
        int desired,
        int warm,
        double value,
        int? wanted
    )
    {
        var policy = Policy(PolicyRecord.Tracking) with
        {
            Target = new TargetTrackingConfiguration
            {
                TargetValue = 100,
                CustomizedMetricSpecification = new CustomizedMetricSpecification
                {
                    Namespace = "AWS/ECS/ManagedScaling",
                },
            },
        };

        PolicyDecision.Of(policy, value, 100, State(desired, warm)).ShouldBe(wanted);
    }

    [Theory]
    [InlineData("ChangeInCapacity", 3, null, 10, 13)]
    [InlineData("ChangeInCapacity", -20, null, 10, 0)]
    [InlineData("ExactCapacity", 7, null, 10, 7)]
    [InlineData("PercentChangeInCapacity", 25, null, 10, 12)]
    [InlineData("PercentChangeInCapacity", 1, null, 10, 11)]
    [InlineData("PercentChangeInCapacity", 10, 4, 10, 14)]
    [InlineData("PercentChangeInCapacity", -10, 4, 10, 6)]
    public void An_adjustment_means(string type, int adjustment, int? magnitude, int from, int to) =>
        Adjustment
            .Apply(
                Policy(PolicyRecord.Simple) with
                {
                    AdjustmentType = type,
                    MinMagnitude = magnitude,
                },
                adjustment,
                from
            )
            .ShouldBe(to);

    [Fact]
    public void What_is_wanted_stays_within_the_bounds()
    {
        var policy = Policy(PolicyRecord.Simple) with { AdjustmentType = "ChangeInCapacity", Adjustment = 50 };

        PolicyDecision.Of(policy, null, null, State(18, 18)).ShouldBe(20);
        PolicyDecision.Of(policy, null, null, State(20, 20)).ShouldBeNull();
    }

    private static ScalingState State(int desired, int warm) =>
        new(desired, Min: 0, Max: 20, warm, OthersScaleIn: true);

    private static PolicyRecord Policy(string type) =>
        new()
        {
            Scope = new Scope("111122223333", "eu-west-1"),
            Group = "web",
            Name = "policy",
            Id = "id",
            Type = type,
        };
}
