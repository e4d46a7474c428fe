using Estiba.Console.Live;
using Estiba.Console.Sessions;

namespace Estiba.Console.Pages.LoadBalancers;

/// <summary>A load balancer with its listeners, their rules, and its target groups.</summary>
/// <param name="Balancer">The load balancer.</param>
/// <param name="Listeners">The listeners with their rules.</param>
/// <param name="Groups">The target groups that rules lead to, with the health of their targets.</param>
public sealed record BalancerView(
    Elb.LoadBalancer Balancer,
    IReadOnlyList<ListenerView> Listeners,
    IReadOnlyList<GroupView> Groups
)
{
    internal static async Task<BalancerView> ReadAsync(Elb.IElbV2Api elb, string name, CancellationToken cancellation)
    {
        var described = await elb.DescribeLoadBalancersAsync(new() { Names = [name] }, Session.Context, cancellation);
        if (described.LoadBalancers is not [var balancer, ..])
            throw new ResourceMissingException(name);
        var arn = balancer.LoadBalancerArn;
        var listeners = await elb.DescribeListenersAsync(
            new() { LoadBalancerArn = arn },
            Session.Context,
            cancellation
        );
        var views = new List<ListenerView>();
        foreach (var listener in listeners.Listeners ?? [])
        {
            var rules = await elb.DescribeRulesAsync(
                new() { ListenerArn = listener.ListenerArn },
                Session.Context,
                cancellation
            );
            views.Add(new ListenerView(listener, rules.Rules ?? []));
        }

        var groups = await elb.DescribeTargetGroupsAsync(
            new() { LoadBalancerArn = arn },
            Session.Context,
            cancellation
        );
        var healths = new List<GroupView>();
        foreach (var group in groups.TargetGroups ?? [])
            healths.Add(await GroupView.ReadAsync(elb, group, cancellation));
        return new BalancerView(balancer, views, healths);
    }
}

/// <summary>A listener and its rules.</summary>
/// <param name="Listener">The listener.</param>
/// <param name="Rules">The rules, the first first.</param>
public sealed record ListenerView(Elb.Listener Listener, IReadOnlyList<Elb.Rule> Rules);

/// <summary>A target group and the health of its targets.</summary>
/// <param name="Group">The target group.</param>
/// <param name="Targets">The targets.</param>
public sealed record GroupView(Elb.TargetGroup Group, IReadOnlyList<Elb.TargetHealthDescription> Targets)
{
    /// <summary>How many of the targets get requests.</summary>
    internal int Healthy => Targets.Count(target => target.TargetHealth?.State == "healthy");

    internal static async Task<GroupView> ReadAsync(
        Elb.IElbV2Api elb,
        Elb.TargetGroup group,
        CancellationToken cancellation
    )
    {
        var health = await elb.DescribeTargetHealthAsync(
            new() { TargetGroupArn = group.TargetGroupArn },
            Session.Context,
            cancellation
        );
        return new GroupView(group, health.TargetHealthDescriptions ?? []);
    }
}
