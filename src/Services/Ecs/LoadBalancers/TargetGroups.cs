using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.ElbV2;
using Estiba.Ecs.Services.TrafficShifts;
using Estiba.Ecs.TaskDefinitions;
using LoadBalancer = Estiba.Contracts.Ecs.LoadBalancer;

namespace Estiba.Ecs.LoadBalancers;

/// <summary>What services need of Elastic Load Balancing, and what they may ask of it.</summary>
/// <param name="elb">Elastic Load Balancing, called as <see cref="Service"/>: as with AWS's service-linked role,
/// whoever makes a service needs no permission for what that consists of.</param>
/// <param name="ids">Makes request ids.</param>
internal sealed class TargetGroups(IElbV2Api elb, EcsIds ids)
{
    /// <summary>As whom Elastic Load Balancing is to be called.</summary>
    internal const string Service = "ecs.amazonaws.com";

    /// <summary>How finely requests are shared: a rule's weights go to 999.</summary>
    private const double WeightsOfPercent = 9;

    private const string SlowStart = "slow_start.duration_seconds";

    /// <summary>Refuses target groups that are not there, that no load balancer has, or that cannot have the tasks of a
    /// definition.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>, in ECS's words.</exception>
    internal async Task CheckAsync(
        IReadOnlyList<LoadBalancer>? loadBalancers,
        string? networkMode,
        CallContext context,
        CancellationToken cancellation
    )
    {
        foreach (var each in loadBalancers ?? [])
        {
            await CheckAsync(each.TargetGroupArn!, networkMode, mustBeUsed: true, context, cancellation);
            if (each.AdvancedConfiguration is not { } advanced)
                continue;
            await CheckAsync(advanced.AlternateTargetGroupArn!, networkMode, mustBeUsed: false, context, cancellation);
            foreach (var rule in new[] { advanced.ProductionListenerRule, advanced.TestListenerRule }.OfType<string>())
                await RuleAsync(rule, context, cancellation);
        }
    }

    private async Task CheckAsync(
        string arn,
        string? networkMode,
        bool mustBeUsed,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var group = await FindAsync(arn, context, cancellation);
        if (mustBeUsed && group.LoadBalancerArns is not { Count: > 0 })
            throw EcsErrors.InvalidParameterException(
                $"The target group with targetGroupArn {arn} does not have an associated load balancer."
            );
        var needed = networkMode == NetworkMode.Awsvpc ? TargetTypeEnum.Ip : TargetTypeEnum.Instance;
        if (networkMode is not null && group.TargetType != needed)
            throw EcsErrors.InvalidParameterException(
                $"The provided target group {arn} has target type {group.TargetType}, which is incompatible with "
                    + $"the {networkMode} network mode specified in the task definition."
            );
    }

    /// <summary>Refuses containers and ports that a definition does not have.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>, in ECS's words.</exception>
    internal static void CheckContainers(IReadOnlyList<LoadBalancer>? loadBalancers, TaskDefinition definition)
    {
        foreach (var each in loadBalancers ?? [])
        {
            var container = (definition.ContainerDefinitions ?? []).FirstOrDefault(its =>
                its.Name == each.ContainerName
            )
                ?? throw EcsErrors.InvalidParameterException(
                    $"The container {each.ContainerName} does not exist in the task definition."
                );
            if (!(container.PortMappings ?? []).Any(its => its.ContainerPort == each.ContainerPort))
                throw EcsErrors.InvalidParameterException(
                    $"The container {each.ContainerName} did not have a container port {each.ContainerPort} defined."
                );
        }
    }

    /// <summary>The network mode of a definition as target groups see it.</summary>
    internal static string NetworkModeOf(TaskDefinitionRecord definition) =>
        definition.Definition.NetworkMode ?? NetworkMode.Bridge;

    /// <summary>Registers targets; one that is registered already stays.</summary>
    internal Task RegisterAsync(
        string arn,
        IEnumerable<TargetAddress> targets,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var request = new RegisterTargetsInput { TargetGroupArn = arn, Targets = Of(targets) };
        return elb.RegisterTargetsAsync(request, context, cancellation);
    }

    /// <summary>Takes targets off a group; those that are not there are as good.</summary>
    internal async Task DeregisterAsync(
        string arn,
        IEnumerable<TargetAddress> targets,
        CallContext context,
        CancellationToken cancellation
    )
    {
        try
        {
            var request = new DeregisterTargetsInput { TargetGroupArn = arn, Targets = Of(targets) };
            await elb.DeregisterTargetsAsync(request, context, cancellation);
        }
        catch (AwsException gone) when (gone.Code == "TargetGroupNotFound")
        {
            // With the group its targets are gone.
        }
    }

    /// <summary>How the targets of a group are; null when the group is gone.</summary>
    internal async Task<IReadOnlyDictionary<TargetAddress, TargetHealth>?> HealthAsync(
        string arn,
        CallContext context,
        CancellationToken cancellation
    )
    {
        try
        {
            var request = new DescribeTargetHealthInput { TargetGroupArn = arn };
            var answer = await elb.DescribeTargetHealthAsync(request, context, cancellation);
            return (answer.TargetHealthDescriptions ?? [])
                .Where(each => each is { Target: { Id: not null, Port: not null }, TargetHealth: not null })
                .ToDictionary(
                    each => new TargetAddress(each.Target!.Id!, each.Target.Port!.Value),
                    each => each.TargetHealth!
                );
        }
        catch (AwsException gone) when (gone.Code == "TargetGroupNotFound")
        {
            return null;
        }
    }

    /// <summary>How long a group's healthy targets get less than their share of requests.</summary>
    internal async Task<TimeSpan> SlowStartAsync(string arn, CallContext context, CancellationToken cancellation)
    {
        var request = new DescribeTargetGroupAttributesInput { TargetGroupArn = arn };
        var answer = await elb.DescribeTargetGroupAttributesAsync(request, context, cancellation);
        var value = (answer.Attributes ?? []).FirstOrDefault(each => each.Key == SlowStart)?.Value;
        return int.TryParse(value, out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
    }

    /// <summary>Has a listener rule share its requests between two target groups.</summary>
    /// <exception cref="AwsException">The rule does not exist, or does not forward.</exception>
    internal async Task ShareAsync(TrafficRoute route, CallContext context, CancellationToken cancellation)
    {
        var (ruleArn, first, second) = route;
        var rule = await RuleAsync(ruleArn, context, cancellation);
        // Weights are whole numbers up to 999: the percents themselves, unless they have tenths.
        var unit = double.IsInteger(first.Percent) ? 1 : WeightsOfPercent;
        List<TargetGroupTuple> shares =
        [
            .. new[] { first, second }.Select(share => new TargetGroupTuple
            {
                TargetGroupArn = share.TargetGroup,
                Weight = (int)Math.Round(share.Percent * unit),
            }),
        ];
        List<ElbV2Action> actions =
        [
            .. (rule.Actions ?? []).Select(action =>
                action.Type == ActionTypeEnum.Forward
                    ? action with
                    {
                        TargetGroupArn = null,
                        ForwardConfig = (action.ForwardConfig ?? new ForwardActionConfig()) with
                        {
                            TargetGroups = shares,
                        },
                    }
                    : action
            ),
        ];
        if (actions.TrueForAll(action => action.ForwardConfig is null))
            throw EcsErrors.InvalidParameterException($"The listener rule {ruleArn} does not forward requests.");
        if (rule.IsDefault != true)
            await elb.ModifyRuleAsync(
                new ModifyRuleInput { RuleArn = ruleArn, Actions = actions },
                context,
                cancellation
            );
        else
            await elb.ModifyListenerAsync(
                new ModifyListenerInput { ListenerArn = ListenerOf(ruleArn), DefaultActions = actions },
                context,
                cancellation
            );
    }

    /// <summary>The context of a controller's calls for a service.</summary>
    internal CallContext ContextOf(Scope scope, string serviceArn) =>
        new()
        {
            AccountId = scope.AccountId,
            Region = scope.Region,
            PrincipalArn = Service,
            AccessKeyId = "",
            RequestId = ids.Unique(),
            Service = Service,
            SourceArn = serviceArn,
        };

    // "...:listener-rule/app/NAME/ID/LISTENER/RULE" is a rule of "...:listener/app/NAME/ID/LISTENER".
    private static string ListenerOf(string ruleArn) =>
        ruleArn[..ruleArn.LastIndexOf('/')].Replace(":listener-rule/", ":listener/", StringComparison.Ordinal);

    private async Task<Rule> RuleAsync(string arn, CallContext context, CancellationToken cancellation)
    {
        try
        {
            var request = new DescribeRulesInput { RuleArns = [arn] };
            if ((await elb.DescribeRulesAsync(request, context, cancellation)).Rules is [var rule])
                return rule;
        }
        catch (AwsException unknown) when (unknown.Code is "RuleNotFound" or "ValidationError")
        {
            // Said in ECS's words below.
        }

        throw EcsErrors.InvalidParameterException($"The listener rule {arn} does not exist.");
    }

    private async Task<TargetGroup> FindAsync(string arn, CallContext context, CancellationToken cancellation)
    {
        try
        {
            var request = new DescribeTargetGroupsInput { TargetGroupArns = [arn] };
            var answer = await elb.DescribeTargetGroupsAsync(request, context, cancellation);
            if (answer.TargetGroups is [var group])
                return group;
        }
        catch (AwsException unknown) when (unknown.Code is "TargetGroupNotFound" or "ValidationError")
        {
            // Said in ECS's words below.
        }

        throw EcsErrors.InvalidParameterException($"The target group {arn} does not exist.");
    }

    private static List<TargetDescription> Of(IEnumerable<TargetAddress> targets) =>
        [.. targets.Select(target => new TargetDescription { Id = target.Id, Port = target.Port })];
}

/// <summary>Where a target is.</summary>
/// <param name="Id">Its EC2 instance.</param>
/// <param name="Port">The instance's port.</param>
internal readonly record struct TargetAddress(string Id, int Port);
