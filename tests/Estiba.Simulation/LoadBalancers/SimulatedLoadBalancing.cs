using Estiba.Contracts;
using Estiba.Contracts.ElbV2;

namespace Estiba.Simulation.LoadBalancers;

/// <summary>
/// Elastic Load Balancing: target groups and listener rules, which come to be when somebody names them, and calls that
/// fail now and then, before they have done something or after it.
/// </summary>
internal sealed class SimulatedLoadBalancing(World world) : IElbV2Api
{
    private const string Prefix = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:";

    private readonly Dictionary<string, SimulatedTargetGroup> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, int>> _rules = new(StringComparer.Ordinal);

    /// <summary>The targets that get requests, of all target groups.</summary>
    internal IEnumerable<(string Id, int Port)> Targets => _groups.Values.SelectMany(group => group.Targets);

    /// <summary>The ARN of a target group.</summary>
    internal static string GroupArn(string name) => $"{Prefix}targetgroup/{name}/0123456789abcdef";

    /// <summary>The ARN of a listener rule.</summary>
    internal static string RuleArn(string name) =>
        $"{Prefix}listener-rule/app/{name}/0123456789abcdef/0123456789abcdef/0123456789abcdef";

    /// <summary>
    /// Whether a target group has a target that gets requests, or still answers what it was asked.
    /// </summary>
    internal bool Has(string group, string id, int port) => Group(group).Has(id, port);

    /// <summary>The weights of a rule, by target group; none where nobody has written any.</summary>
    internal IReadOnlyDictionary<string, int> WeightsOf(string rule) =>
        _rules.GetValueOrDefault(rule) ?? new Dictionary<string, int>();

    public Task<DescribeTargetGroupsOutput> DescribeTargetGroupsAsync(
        DescribeTargetGroupsInput request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeTargetGroupsOutput
            {
                TargetGroups =
                [
                    new TargetGroup
                    {
                        TargetGroupArn = request.TargetGroupArns!.Single(),
                        TargetType = TargetTypeEnum.Instance,
                        LoadBalancerArns = [Prefix + "loadbalancer/app/web/0123456789abcdef"],
                    },
                ],
            }
        );

    public Task<DescribeTargetGroupAttributesOutput> DescribeTargetGroupAttributesAsync(
        DescribeTargetGroupAttributesInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        MayFail();
        return Task.FromResult(new DescribeTargetGroupAttributesOutput { Attributes = [] });
    }

    public Task<RegisterTargetsOutput> RegisterTargetsAsync(
        RegisterTargetsInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        MayFail();
        foreach (var target in request.Targets!)
            Group(request.TargetGroupArn!).Register(target.Id!, target.Port!.Value);

        // Done, and nobody hears of it.
        MayFail();
        return Task.FromResult(new RegisterTargetsOutput());
    }

    public Task<DeregisterTargetsOutput> DeregisterTargetsAsync(
        DeregisterTargetsInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        MayFail();
        foreach (var target in request.Targets!)
            Group(request.TargetGroupArn!).Deregister(target.Id!, target.Port!.Value);
        MayFail();
        return Task.FromResult(new DeregisterTargetsOutput());
    }

    public Task<DescribeTargetHealthOutput> DescribeTargetHealthAsync(
        DescribeTargetHealthInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        MayFail();
        return Task.FromResult(
            new DescribeTargetHealthOutput
            {
                TargetHealthDescriptions =
                [
                    .. Group(request.TargetGroupArn!)
                        .Health.Select(known => new TargetHealthDescription
                        {
                            Target = new TargetDescription { Id = known.Target.Id, Port = known.Target.Port },
                            TargetHealth = new TargetHealth { State = known.State },
                        }),
                ],
            }
        );
    }

    public Task<DescribeRulesOutput> DescribeRulesAsync(
        DescribeRulesInput request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeRulesOutput
            {
                Rules =
                [
                    new Rule
                    {
                        RuleArn = request.RuleArns!.Single(),
                        Priority = "1",
                        IsDefault = false,
                        Actions = [new ElbV2Action { Type = ActionTypeEnum.Forward }],
                    },
                ],
            }
        );

    public Task<ModifyRuleOutput> ModifyRuleAsync(
        ModifyRuleInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        MayFail();
        var weights = request
            .Actions!.Single()
            .ForwardConfig!.TargetGroups!.ToDictionary(group => group.TargetGroupArn!, group => group.Weight!.Value);
        _rules[request.RuleArn!] = weights;
        world.Tell(
            "elb",
            $"a rule gives {string.Join(" and ", weights.Select(group => $"{group.Value} to {NameOf(group.Key)}"))}"
        );
        MayFail();
        return Task.FromResult(new ModifyRuleOutput());
    }

    private static string NameOf(string group) => group.Split('/')[1];

    private SimulatedTargetGroup Group(string arn)
    {
        if (!_groups.TryGetValue(arn, out var group))
            _groups.Add(arn, group = new SimulatedTargetGroup(world, NameOf(arn)));
        return group;
    }

    private void MayFail()
    {
        if (!world.IsCalm && world.Random.Next(40) == 0)
            throw new AwsException("InternalFailure", "An internal error occurred", 500);
    }
}
