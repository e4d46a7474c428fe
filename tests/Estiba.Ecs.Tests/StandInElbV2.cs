using Estiba.Contracts;
using Estiba.Contracts.ElbV2;

namespace Estiba.Ecs.Tests;

/// <summary>Elastic Load Balancing as far as ECS needs it: target groups whose targets are as the test says.</summary>
internal sealed class StandInElbV2 : IElbV2Api
{
    internal Dictionary<string, StandInTargetGroup> Groups { get; } = [];

    /// <summary>A target group that a load balancer uses.</summary>
    internal string Add(string name = "web", string type = "instance", bool isUsed = true)
    {
        var arn = $"arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/{name}/0123456789abcdef";
        Groups[arn] = new StandInTargetGroup { Type = type, IsUsed = isUsed };
        return arn;
    }

    /// <summary>Rules that forward, by ARN: the weight of each target group.</summary>
    internal Dictionary<string, Dictionary<string, int>> Rules { get; } = [];

    /// <summary>A rule that forwards to a target group.</summary>
    internal string AddRule(string targetGroup, string name = "production")
    {
        var arn = $"arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/web/1/2/{name}";
        Rules[arn] = new Dictionary<string, int> { [targetGroup] = 1 };
        return arn;
    }

    public Task<DescribeRulesOutput> DescribeRulesAsync(
        DescribeRulesInput request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Rules.ContainsKey(request.RuleArns!.Single())
            ? Task.FromResult(
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
            )
            : throw new AwsException("RuleNotFound", "One or more rules not found", 400);

    public Task<ModifyRuleOutput> ModifyRuleAsync(
        ModifyRuleInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Rules[request.RuleArn!] = request
            .Actions!.Single()
            .ForwardConfig!.TargetGroups!.ToDictionary(group => group.TargetGroupArn!, group => group.Weight!.Value);
        return Task.FromResult(new ModifyRuleOutput());
    }

    public Task<DescribeTargetGroupsOutput> DescribeTargetGroupsAsync(
        DescribeTargetGroupsInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var arn = request.TargetGroupArns!.Single();
        var group = Find(arn);
        return Task.FromResult(
            new DescribeTargetGroupsOutput
            {
                TargetGroups =
                [
                    new TargetGroup
                    {
                        TargetGroupArn = arn,
                        TargetType = group.Type,
                        LoadBalancerArns = group.IsUsed
                            ? ["arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/a"]
                            : [],
                    },
                ],
            }
        );
    }

    public Task<DescribeTargetGroupAttributesOutput> DescribeTargetGroupAttributesAsync(
        DescribeTargetGroupAttributesInput request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeTargetGroupAttributesOutput
            {
                Attributes =
                [
                    new TargetGroupAttribute
                    {
                        Key = "slow_start.duration_seconds",
                        Value = $"{Find(request.TargetGroupArn!).SlowStartSeconds}",
                    },
                ],
            }
        );

    public Task<RegisterTargetsOutput> RegisterTargetsAsync(
        RegisterTargetsInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var group = Find(request.TargetGroupArn!);
        if (request.Targets!.Any(target => group.Refused.Contains(target.Id!)))
            throw new AwsException("InvalidTarget", "The following targets are not in a running state", 400);
        foreach (var target in request.Targets!)
            group.Targets[(target.Id!, target.Port!.Value)] = new TargetHealth { State = group.FirstState };
        return Task.FromResult(new RegisterTargetsOutput());
    }

    public Task<DeregisterTargetsOutput> DeregisterTargetsAsync(
        DeregisterTargetsInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var group = Find(request.TargetGroupArn!);
        foreach (var key in request.Targets!.Select(target => (target.Id!, target.Port!.Value)))
            if (group.Targets.ContainsKey(key))
                group.Targets[key] = new TargetHealth { State = TargetHealthStateEnum.Draining };
        return Task.FromResult(new DeregisterTargetsOutput());
    }

    public Task<DescribeTargetHealthOutput> DescribeTargetHealthAsync(
        DescribeTargetHealthInput request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeTargetHealthOutput
            {
                TargetHealthDescriptions =
                [
                    .. Find(request.TargetGroupArn!)
                        .Targets.Select(target => new TargetHealthDescription
                        {
                            Target = new TargetDescription { Id = target.Key.Id, Port = target.Key.Port },
                            TargetHealth = target.Value,
                        }),
                ],
            }
        );

    private StandInTargetGroup Find(string arn) =>
        Groups.GetValueOrDefault(arn)
        ?? throw new AwsException("TargetGroupNotFound", $"Target groups '{arn}' not found", 400);
}

/// <summary>A target group of <see cref="StandInElbV2"/>.</summary>
internal sealed class StandInTargetGroup
{
    internal required string Type { get; init; }

    internal required bool IsUsed { get; init; }

    internal int SlowStartSeconds { get; set; }

    /// <summary>How a target is that has just been registered.</summary>
    internal string FirstState { get; set; } = TargetHealthStateEnum.Healthy;

    /// <summary>Instances that cannot be registered.</summary>
    internal HashSet<string> Refused { get; } = [];

    internal Dictionary<(string Id, int Port), TargetHealth> Targets { get; } = [];

    internal IEnumerable<string?> States => Targets.Values.Select(target => target.State);

    /// <summary>Lets targets be in a state.</summary>
    internal void Set(string state, string? description = null)
    {
        foreach (var key in Targets.Keys.ToList())
            Targets[key] = new TargetHealth { State = state, Description = description };
    }

    /// <summary>Those that drain have answered all that they were asked.</summary>
    internal void Drain()
    {
        foreach (var (key, target) in Targets.ToList())
            if (target.State == TargetHealthStateEnum.Draining)
                Targets.Remove(key);
    }
}
