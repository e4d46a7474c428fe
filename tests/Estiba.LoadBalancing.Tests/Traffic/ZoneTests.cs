using Estiba.LoadBalancing.Traffic.Targets;

namespace Estiba.LoadBalancing.Tests.Traffic;

/// <summary>"Cross-zone load balancing for target groups".</summary>
public sealed class ZoneTests
{
    [Fact]
    public async Task An_address_uses_the_targets_of_its_zone_alone_where_its_group_does_not_go_across_zones()
    {
        await using var world = new TrafficWorld();
        await using var here = await StandInTarget.SayingAsync("here");
        await using var elsewhere = await StandInTarget.SayingAsync("elsewhere");
        var group = new TargetGroupConfiguration
        {
            Arn = TrafficWorld.Group,
            Targets =
            [
                here.Configuration with
                {
                    Zone = TrafficWorld.Zone,
                },
                elsewhere.Configuration with
                {
                    Zone = "eu-west-1b",
                },
            ],
        };

        await world.ApplyAsync(world.ForwardingTo(group));
        (await AnswersAsync(world)).ShouldBe(["here", "elsewhere"], ignoreOrder: true);
        await world.ApplyAsync(world.ForwardingTo(group with { CrossZone = false }));
        (await AnswersAsync(world)).ShouldBe(["here"]);
    }

    private static async Task<IEnumerable<string>> AnswersAsync(TrafficWorld world)
    {
        var answers = new HashSet<string>();
        for (var request = 0; request < 4; request++)
            answers.Add(await world.Client.GetStringAsync(world.Url));
        return answers;
    }
}
