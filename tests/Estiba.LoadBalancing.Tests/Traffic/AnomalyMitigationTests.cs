using System.Net;
using Estiba.LoadBalancing.Traffic.Targets;

namespace Estiba.LoadBalancing.Tests.Traffic;

public sealed class AnomalyMitigationTests
{
    [Fact]
    public async Task A_target_that_fails_more_often_than_the_others_gets_less()
    {
        await using var world = new TrafficWorld();
        await using var first = await StandInTarget.SayingAsync("first");
        await using var second = await StandInTarget.SayingAsync("second");
        await using var failing = await StandInTarget.StartAsync(http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await world.ApplyAsync(
            world.ForwardingTo(
                new TargetGroupConfiguration
                {
                    Arn = TrafficWorld.Group,
                    Algorithm = TargetAlgorithm.WeightedRandom,
                    MitigatesAnomalies = true,
                    Targets = [first.Configuration, second.Configuration, failing.Configuration],
                }
            )
        );

        var began = Environment.TickCount64;
        while (ConditionOf(world, failing) is not { IsAnomalous: true, Weight: TargetWeights.Least })
        {
            (Environment.TickCount64 - began).ShouldBeLessThan((long)TrafficWorld.Patience.TotalMilliseconds);
            await FailuresAsync(world, 20);
        }

        // 100 of 300 would be its share; 9 are expected.
        (await FailuresAsync(world, 300)).ShouldBeLessThan(40);
        ConditionOf(world, first).ShouldBe(new TargetCondition(IsAnomalous: false, 1));
    }

    private static TargetCondition? ConditionOf(TrafficWorld world, StandInTarget target) =>
        world.Traffic.ConditionsOf(TrafficWorld.Group).GetValueOrDefault(target.Configuration.EndPoint);

    private static async Task<int> FailuresAsync(TrafficWorld world, int requests)
    {
        var failures = 0;
        for (var request = 0; request < requests; request++)
        {
            using var answer = await world.Client.GetAsync(world.Url);
            failures += answer.StatusCode == HttpStatusCode.InternalServerError ? 1 : 0;
        }
        return failures;
    }
}
