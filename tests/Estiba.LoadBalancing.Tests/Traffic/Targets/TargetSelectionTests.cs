using System.Net;
using Estiba.LoadBalancing.Traffic.Targets;

namespace Estiba.LoadBalancing.Tests.Traffic.Targets;

public sealed class TargetSelectionTests
{
    private static readonly DateTimeOffset Now = new(2025, 3, 4, 5, 6, 7, TimeSpan.Zero);

    /// <summary>h healthy, u unhealthy, i initial, d draining, x unused, n not checked.</summary>
    [Theory]
    [InlineData("hhu", "01")]
    [InlineData("uu", "01")]
    [InlineData("ui", "01")]
    [InlineData("hi", "0")]
    [InlineData("hd", "0")]
    [InlineData("ud", "0")]
    [InlineData("dx", "")]
    [InlineData("nu", "0")]
    [InlineData("xh", "1")]
    [InlineData("", "")]
    public void Healthy_targets_get_requests_and_without_any_all_that_are_registered(string states, string expected)
    {
        var targets = states.Select((state, index) => (Index: index, State: StateOf(state)));
        var (candidates, _) = TargetSelection.Candidates(targets, target => target.State, HealthThreshold.One);
        string.Concat(candidates.Select(target => target.Index)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("hhuu", 2, 0, "01")]
    [InlineData("hhuu", 3, 0, "0123")]
    [InlineData("hhuu", 1, 50, "01")]
    [InlineData("hhuu", 1, 51, "0123")]
    [InlineData("hhud", 0, 66, "01")]
    [InlineData("uu", 0, 0, "01")]
    public void With_fewer_healthy_targets_than_the_threshold_all_get_requests(
        string states,
        int count,
        int percent,
        string expected
    )
    {
        var targets = states.Select((state, index) => (Index: index, State: StateOf(state)));
        var (candidates, failsOpen) = TargetSelection.Candidates(
            targets,
            target => target.State,
            new HealthThreshold(count, percent)
        );
        string.Concat(candidates.Select(target => target.Index)).ShouldBe(expected);
        failsOpen.ShouldBe(expected.Length > states.Count(state => state == 'h'));
    }

    [Theory]
    [InlineData('h', true)]
    [InlineData('n', true)]
    [InlineData('d', true)]
    [InlineData('u', false)]
    [InlineData('i', false)]
    [InlineData('x', false)]
    public void A_client_keeps_its_target_while_that_is_well_or_being_deregistered(char state, bool expected) =>
        TargetSelection.MayKeep(StateOf(state)).ShouldBe(expected);

    [Fact]
    public void Round_robin_takes_one_after_the_other() =>
        string.Concat(Enumerable.Range(0, 7).Select(turn => Choose(TargetAlgorithm.RoundRobin, (uint)turn)))
            .ShouldBe("abcabca");

    [Fact]
    public void Round_robin_goes_on_when_its_counter_begins_again() =>
        Choose(TargetAlgorithm.RoundRobin, uint.MaxValue).ShouldBe("a");

    [Theory]
    [InlineData(0, "b")]
    [InlineData(1, "b")]
    [InlineData(2, "c")]
    [InlineData(3, "b")]
    public void The_fewest_outstanding_requests_count_and_equals_take_turns(uint turn, string expected) =>
        Choose(TargetAlgorithm.LeastOutstandingRequests, turn).ShouldBe(expected);

    [Theory]
    [InlineData(0, "a")]
    [InlineData(0.34, "b")]
    [InlineData(0.99, "c")]
    public void A_random_target_is_any(double chance, string expected) =>
        Choose(TargetAlgorithm.WeightedRandom, 0, chance).ShouldBe(expected);

    [Theory]
    [InlineData(0.05, "a")]
    [InlineData(0.2, "b")]
    [InlineData(0.99, "c")]
    public void A_random_target_is_chosen_by_what_it_takes(double chance, string expected) =>
        TargetSelection
            .Choose(["a", "b", "c"], TargetAlgorithm.WeightedRandom, 0, chance, _ => 0, each => each == "a" ? 0.25 : 1)
            .ShouldBe(expected);

    [Theory]
    [InlineData(0.2, "a")]
    [InlineData(0.3, "b")]
    public void A_target_that_starts_slowly_leaves_a_part_of_its_turns_to_the_next(double chance, string expected) =>
        TargetSelection
            .Choose(["a", "b", "c"], TargetAlgorithm.RoundRobin, 0, chance, _ => 0, each => each == "a" ? 0.25 : 1)
            .ShouldBe(expected);

    [Theory]
    [InlineData(0, 0.01)]
    [InlineData(30, 0.5)]
    [InlineData(60, 1)]
    [InlineData(90, 1)]
    public void The_share_of_a_target_grows_linearly(int healthyFor, double expected) =>
        TargetSelection
            .Share(
                new TargetConfiguration(IPAddress.Loopback, 80, TargetState.Healthy, Now.AddSeconds(-healthyFor)),
                TimeSpan.FromSeconds(60),
                Now
            )
            .ShouldBe(expected);

    [Fact]
    public void Without_slow_start_a_target_takes_its_whole_share() =>
        TargetSelection
            .Share(new TargetConfiguration(IPAddress.Loopback, 80, TargetState.Healthy, Now), TimeSpan.Zero, Now)
            .ShouldBe(1);

    [Theory]
    [InlineData("a1 b1", 0.49, "a1")]
    [InlineData("a1 b1", 0.5, "b1")]
    [InlineData("a0 b9", 0, "b9")]
    [InlineData("a9 b1", 0.89, "a9")]
    [InlineData("a9 b1", 0.91, "b1")]
    [InlineData("a0 b0", 0.5, null)]
    [InlineData("a1 b0", 0.999999, "a1")]
    public void Groups_are_chosen_by_their_weights(string groups, double chance, string? expected) =>
        TargetSelection.ChooseByWeight(groups.Split(' '), group => group[1] - '0', chance).ShouldBe(expected);

    private static string Choose(TargetAlgorithm algorithm, uint turn, double chance = 0.5) =>
        TargetSelection.Choose(["a", "b", "c"], algorithm, turn, chance, each => each == "a" ? 5 : 2, _ => 1);

    private static TargetState StateOf(char state) =>
        state switch
        {
            'h' => TargetState.Healthy,
            'u' => TargetState.Unhealthy,
            'i' => TargetState.Initial,
            'd' => TargetState.Draining,
            'x' => TargetState.Unused,
            _ => TargetState.Unavailable,
        };
}
