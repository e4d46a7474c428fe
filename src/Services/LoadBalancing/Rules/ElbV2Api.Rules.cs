using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Limits;
using Estiba.LoadBalancing.Listeners;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Names;
using Estiba.LoadBalancing.Rules;
using Estiba.LoadBalancing.Tagging;
using Estiba.State;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing;

/// <content>Rules of listeners.</content>
public sealed partial class ElbV2Api
{
    /// <inheritdoc/>
    public Task<CreateRuleOutput> CreateRuleAsync(
        CreateRuleInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var conditions = RuleConditions.Read(request.Conditions!);
        var actions = RuleActions.Read(request.Actions!, isNetwork: false);
        var transforms = RuleTransforms.Read(request.Transforms);
        var tags = Tags.Merge([], request.Tags);
        return _store.CommitAsync(
            transaction =>
            {
                var listener = ListenerNames.Require(transaction, Scope.Of(context), request.ListenerArn!);
                var loadBalancer = LoadBalancerNames.ByKey(transaction, listener.LoadBalancerKey)!;
                if (loadBalancer.Type != LoadBalancerTypeEnum.Application)
                    throw InvalidConfigurationRequestException(
                        $"Rules are not supported for load balancers of type '{loadBalancer.Type}'"
                    );
                var rule = new RuleRecord
                {
                    Scope = listener.Scope,
                    Listener = listener.Resource,
                    Id = _ids.Resource(),
                    Priority = request.Priority,
                    Conditions = conditions,
                    Actions = actions,
                    Transforms = transforms,
                    Tags = tags,
                };
                RequireFree(transaction, listener, rule.Priority!.Value);
                if (RulesOf(transaction, loadBalancer) >= AccountLimits.RulesPerLoadBalancer)
                    throw TooManyRulesException(Reached("rules", AccountLimits.RulesPerLoadBalancer, loadBalancer));
                ForwardTargets.Check(transaction, loadBalancer, listener.Protocol, rule);
                Forwards.Put(transaction, rule);
                return new CreateRuleOutput { Rules = [rule.Describe()] };
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<DescribeRulesOutput> DescribeRulesAsync(
        DescribeRulesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (view, scope) = (_store.Current, Scope.Of(context));
        if (request.ListenerArn is null == request.RuleArns is null or { Count: 0 })
            throw ElbErrors.ValidationError("You must specify either listener rule ARNs or a listener ARN");
        var chosen = request.ListenerArn is { } listener
            ? RuleNames.Of(view, ListenerNames.Require(view, scope, listener).Key)
            : Each(request.RuleArns!, arn => RuleNames.Find(view, scope, arn), ArnKinds.Rule)
                .DistinctBy(rule => rule.Key);
        var (page, next) = Page.Of(
            chosen.OrderBy(PlaceOf, StringComparer.Ordinal),
            PlaceOf,
            request.PageSize,
            request.Marker,
            request,
            context
        );
        return Task.FromResult(
            new DescribeRulesOutput { Rules = [.. page.Select(rule => rule.Describe())], NextMarker = next }
        );
    }

    /// <inheritdoc/>
    public Task<ModifyRuleOutput> ModifyRuleAsync(
        ModifyRuleInput request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var before = RuleNames.Require(transaction, Scope.Of(context), request.RuleArn!);
                if (before.Priority is null)
                    throw OperationNotPermittedException($"Default rule '{before.Arn}' cannot be modified");
                if (request is { ResetTransforms: true, Transforms.Count: > 0 })
                    throw ElbErrors.ValidationError("Transforms cannot be specified when they are reset");
                var after = before with
                {
                    Conditions = request.Conditions is { Count: > 0 } conditions
                        ? RuleConditions.Read(conditions)
                        : before.Conditions,
                    Actions = request.Actions is { Count: > 0 } actions
                        ? RuleActions.Read(actions, isNetwork: false)
                        : before.Actions,
                    Transforms =
                        request.ResetTransforms == true ? []
                        : request.Transforms is { Count: > 0 } transforms ? RuleTransforms.Read(transforms)
                        : before.Transforms,
                };
                var listener = transaction.Find(LoadBalancingTables.Listeners, before.ListenerKey)!;
                var loadBalancer = LoadBalancerNames.ByKey(transaction, before.LoadBalancerKey)!;
                ForwardTargets.Check(transaction, loadBalancer, listener.Protocol, after);
                Forwards.Put(transaction, after);
                return new ModifyRuleOutput { Rules = [after.Describe()] };
            },
            cancellation
        );

    /// <inheritdoc/>
    public async Task<DeleteRuleOutput> DeleteRuleAsync(
        DeleteRuleInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var rule = RuleNames.Require(transaction, Scope.Of(context), request.RuleArn!);
                if (rule.Priority is null)
                    throw OperationNotPermittedException($"Default rule '{rule.Arn}' cannot be deleted");
                Forwards.Delete(transaction, rule.Key);
            },
            cancellation
        );
        return new DeleteRuleOutput();
    }

    /// <inheritdoc/>
    public Task<SetRulePrioritiesOutput> SetRulePrioritiesAsync(
        SetRulePrioritiesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var pairs = request.RulePriorities!;
        if (pairs.Count == 0 || pairs.Any(pair => pair.RuleArn is null || pair.Priority is null))
            throw ElbErrors.ValidationError("A rule ARN and a priority must be specified for each rule");
        if (pairs.DistinctBy(pair => pair.RuleArn).Count() < pairs.Count)
            throw ElbErrors.ValidationError("A rule cannot be specified more than once");
        if (pairs.DistinctBy(pair => pair.Priority).Count() < pairs.Count)
            throw ElbErrors.ValidationError("A priority cannot be specified more than once");
        return _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var changed = pairs
                    .Select(pair =>
                        RuleNames.Require(transaction, scope, pair.RuleArn!) with
                        {
                            Priority = pair.Priority,
                        }
                    )
                    .ToList();
                if (
                    changed.Find(rule => transaction.Find(LoadBalancingTables.Rules, rule.Key)!.Priority is null) is
                    { } its
                )
                    throw OperationNotPermittedException($"Priority of default rule '{its.Arn}' cannot be changed");
                if (changed.DistinctBy(rule => rule.ListenerKey).Count() > 1)
                    throw InvalidConfigurationRequestException("All rules must belong to the same listener");
                foreach (var other in RuleNames.Of(transaction, changed[0].ListenerKey).ToList())
                {
                    if (
                        changed.Exists(rule => rule.Key != other.Key && rule.Priority == other.Priority)
                        && !changed.Exists(rule => rule.Key == other.Key)
                    )
                        throw InUse(other.Priority!.Value);
                }

                foreach (var rule in changed)
                    transaction.Put(LoadBalancingTables.Rules, rule);
                return new SetRulePrioritiesOutput { Rules = [.. changed.Select(rule => rule.Describe())] };
            },
            cancellation
        );
    }

    private static string PlaceOf(RuleRecord rule) => $"{rule.Place}/{rule.Key}";

    private static void RequireFree(View view, ListenerRecord listener, int priority)
    {
        if (RuleNames.Of(view, listener.Key).Any(rule => rule.Priority == priority))
            throw InUse(priority);
    }

    private static AwsException InUse(int priority) =>
        PriorityInUseException($"Priority '{priority}' is currently in use");

    private static int RulesOf(View view, LoadBalancerRecord loadBalancer) =>
        view.Range(LoadBalancingTables.Rules, loadBalancer.Key + "/").Count(rule => rule.Priority is not null);

    private static string Reached(string what, int most, LoadBalancerRecord loadBalancer) =>
        $"The maximum number of {what} per load balancer '{most}' has been reached on load balancer "
        + $"'{loadBalancer.Arn}'";
}
