using Estiba.Contracts;
using Estiba.Contracts.Ecr;

namespace Estiba.Ecr;

/// <content>Pull through cache rules and exclusions from pull times: there are none, and every read says so.</content>
public sealed partial class EcrApi
{
    /// <inheritdoc />
    public Task<DescribePullThroughCacheRulesResponse> DescribePullThroughCacheRulesAsync(
        DescribePullThroughCacheRulesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        request.EcrRepositoryPrefixes is [var first, ..]
            ? throw NoCacheRule(first, request.RegistryId, context)
            : Task.FromResult(new DescribePullThroughCacheRulesResponse { PullThroughCacheRules = [] });

    /// <inheritdoc />
    public Task<DeletePullThroughCacheRuleResponse> DeletePullThroughCacheRuleAsync(
        DeletePullThroughCacheRuleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoCacheRule(request.EcrRepositoryPrefix!, request.RegistryId, context);

    /// <inheritdoc />
    public Task<UpdatePullThroughCacheRuleResponse> UpdatePullThroughCacheRuleAsync(
        UpdatePullThroughCacheRuleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoCacheRule(request.EcrRepositoryPrefix!, request.RegistryId, context);

    /// <inheritdoc />
    public Task<ValidatePullThroughCacheRuleResponse> ValidatePullThroughCacheRuleAsync(
        ValidatePullThroughCacheRuleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoCacheRule(request.EcrRepositoryPrefix!, request.RegistryId, context);

    /// <inheritdoc />
    public Task<ListPullTimeUpdateExclusionsResponse> ListPullTimeUpdateExclusionsAsync(
        ListPullTimeUpdateExclusionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new ListPullTimeUpdateExclusionsResponse { PullTimeUpdateExclusions = [] });

    /// <inheritdoc />
    public Task<DeregisterPullTimeUpdateExclusionResponse> DeregisterPullTimeUpdateExclusionAsync(
        DeregisterPullTimeUpdateExclusionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        throw EcrErrors.ExclusionNotFoundException(
            $"The pull time update exclusion for the principal '{request.PrincipalArn}' does not exist in the "
                + $"registry with id '{context.AccountId}'"
        );

    private static AwsException NoCacheRule(string prefix, string? registryId, CallContext context) =>
        EcrErrors.PullThroughCacheRuleNotFoundException(
            $"Pull through cache rule with repository prefix '{prefix}' does not exist in the registry with id "
                + $"'{registryId ?? context.AccountId}'"
        );
}
