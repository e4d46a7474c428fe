using Estiba.Contracts.ElbV2;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.Limits;

public sealed class AccountLimitTests
{
    [Fact]
    public async Task The_limits_are_those_of_AWS()
    {
        await using var world = await CreateAsync();
        var request = new DescribeAccountLimitsInput { PageSize = 10 };

        var first = await world.Api.DescribeAccountLimitsAsync(request, Context);
        var second = await world.Api.DescribeAccountLimitsAsync(request with { Marker = first.NextMarker }, Context);

        second.NextMarker.ShouldBeNull();
        first
            .Limits!.Concat(second.Limits!)
            .Select(limit => (limit.Name, limit.Max))
            .ShouldBe([
                ("application-load-balancers", "50"),
                ("certificates-per-application-load-balancer", "25"),
                ("certificates-per-network-load-balancer", "25"),
                ("condition-values-per-alb-rule", "5"),
                ("condition-wildcards-per-alb-rule", "5"),
                ("listeners-per-application-load-balancer", "50"),
                ("listeners-per-network-load-balancer", "50"),
                ("network-load-balancers", "50"),
                ("rules-per-application-load-balancer", "100"),
                ("target-groups", "3000"),
                ("target-groups-per-action-on-application-load-balancer", "5"),
                ("target-groups-per-action-on-network-load-balancer", "5"),
                ("target-groups-per-application-load-balancer", "100"),
                ("targets-per-application-load-balancer", "1000"),
                ("targets-per-network-load-balancer", "3000"),
                ("targets-per-target-group", "1000"),
            ]);
    }

    [Fact]
    public async Task A_load_balancer_forwards_to_up_to_a_hundred_groups()
    {
        await using var world = await CreateAsync(reconciling: false);
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());
        Task<Rule> ForwardAsync(int priority, IEnumerable<TargetGroup> groups) =>
            world.RuleAsync(listener, priority, request => request with { Actions =
                    [
                        new ElbV2Action
                        {
                            Type = "forward",
                            ForwardConfig = new ForwardActionConfig
                            {
                                TargetGroups =
                                [
                                    .. groups.Select(group => new TargetGroupTuple
                                    {
                                        TargetGroupArn = group.TargetGroupArn,
                                        Weight = 1,
                                    }),
                                ],
                            },
                        },
                    ] });
        var all = new List<TargetGroup>();
        for (var number = 0; number < 101; number++)
            all.Add(await world.TargetGroupAsync($"group-{number}"));
        foreach (var (index, five) in all.Take(100).Chunk(5).Index())
            await ForwardAsync(index + 1, five);

        (await ErrorOfAsync(() => ForwardAsync(50, [all[100]]))).ShouldBe(
            (
                "TooManyUniqueTargetGroupsPerLoadBalancer",
                "You have reached the maximum number of unique target groups that you can associate with a load "
                    + "balancer of type 'application': [100]"
            )
        );
        await ForwardAsync(50, [all[0]]);
    }
}
