using System.Net;
using Estiba.LoadBalancing.Traffic.Targets;

namespace Estiba.LoadBalancing.Tests.Traffic.Targets;

/// <summary>"Automatic Target Weights".</summary>
public sealed class TargetWeightsTests
{
    private readonly TargetWeights _weights = new();
    private readonly Dictionary<char, (long Requests, long Errors)> _counts = [];

    /// <summary>Each letter is a target; requests and errors of each since it began.</summary>
    [Theory]
    [InlineData("a100/0 b100/0 c100/100", "c")]
    [InlineData("a100/0 b100/1 c100/20", "c")]
    [InlineData("a100/0 b100/0 c100/4", "")]
    [InlineData("a100/30 b100/30 c100/40", "")]
    [InlineData("a100/0 b100/100", "")]
    [InlineData("a100/0 b100/0 c9/9", "")]
    [InlineData("a100/0 b9/0 c100/100", "")]
    [InlineData("a100/0 b100/0 c100/100 d100/100", "cd")]
    [InlineData("a100/0 b100/100 c100/100", "")]
    [InlineData("a100/100 b100/100 c100/100", "")]
    [InlineData("a0/0 b0/0 c0/0", "")]
    public void A_target_is_anomalous_that_fails_more_often_than_the_larger_part(string targets, string anomalous)
    {
        foreach (var target in targets.Split(' '))
        {
            var (requests, errors) = (target[1..].Split('/')[0], target.Split('/')[1]);
            Count(target[0], int.Parse(requests), int.Parse(errors));
        }

        Anomalous(Next()).ShouldBe(anomalous);
    }

    [Fact]
    public void An_anomalous_target_gets_less_step_by_step_and_never_nothing()
    {
        Count('a', 100, 0);
        Count('b', 100, 0);
        Count('c', 100, 100);
        double[] expected = [0.5, 0.25, 0.125, 0.0625, 0.0625];
        Enumerable.Range(0, expected.Length).Select(_ => Next()['c'].Weight).ShouldBe(expected);
        Next()['a'].ShouldBe(new TargetCondition(IsAnomalous: false, 1));
    }

    [Fact]
    public void It_gets_more_again_when_newer_requests_succeed_and_not_because_it_is_spared()
    {
        Count('a', 100, 0);
        Count('b', 100, 0);
        Count('c', 100, 100);
        for (var i = 0; i < 100; i++)
        {
            Count('a', 50, 0);
            Count('b', 50, 0);
            Anomalous(Next()).ShouldBe("c");
        }

        Count('c', 50, 0);
        var conditions = Next();
        Anomalous(conditions).ShouldBe("");
        conditions['c'].Weight.ShouldBe(0.0625 * 1.25);
        conditions['c'].IsMitigated.ShouldBeTrue();
        for (var i = 0; i < 20; i++)
            conditions = Next();
        conditions['c'].ShouldBe(new TargetCondition(IsAnomalous: false, 1));
    }

    [Fact]
    public void Without_mitigation_it_is_told_and_gets_its_whole_share()
    {
        Count('a', 100, 0);
        Count('b', 100, 0);
        Count('c', 100, 100);
        Next(mitigates: false)['c'].ShouldBe(new TargetCondition(IsAnomalous: true, 1));
    }

    [Fact]
    public void A_target_that_comes_again_is_a_new_one()
    {
        Count('a', 100, 0);
        Count('b', 100, 0);
        Count('c', 100, 100);
        Next();
        _counts['c'] = (0, 0);
        Next()['c'].ShouldBe(new TargetCondition(IsAnomalous: false, 1));
    }

    private void Count(char target, int requests, int errors)
    {
        var (allRequests, allErrors) = _counts.GetValueOrDefault(target);
        _counts[target] = (allRequests + requests, allErrors + errors);
    }

    private Dictionary<char, TargetCondition> Next(bool mitigates = true) =>
        _weights
            .Next([.. _counts.Select(its => (EndPointOf(its.Key), its.Value.Requests, its.Value.Errors))], mitigates)
            .ToDictionary(its => (char)its.Key.Port, its => its.Value);

    private static string Anomalous(Dictionary<char, TargetCondition> conditions) =>
        string.Concat(conditions.Where(its => its.Value.IsAnomalous).Select(its => its.Key).Order());

    private static IPEndPoint EndPointOf(char target) => new(IPAddress.Loopback, target);
}
