using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Listeners;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Names;
using Estiba.LoadBalancing.Rules;
using Estiba.LoadBalancing.Tagging;
using Estiba.LoadBalancing.TargetGroups;
using Estiba.LoadBalancing.TrustStores;
using Estiba.State;

namespace Estiba.LoadBalancing;

/// <content>Tags of load balancers, listeners, rules, target groups and trust stores.</content>
public sealed partial class ElbV2Api
{
    /// <inheritdoc/>
    public async Task<AddTagsOutput> AddTagsAsync(
        AddTagsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        CheckCount("resource ARNs", request.ResourceArns);
        await _store.CommitAsync(
            transaction =>
            {
                foreach (var arn in request.ResourceArns!)
                    Change(transaction, Scope.Of(context), arn, tags => Tags.Merge(tags, request.Tags));
            },
            cancellation
        );
        return new AddTagsOutput();
    }

    /// <inheritdoc/>
    public async Task<RemoveTagsOutput> RemoveTagsAsync(
        RemoveTagsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        CheckCount("resource ARNs", request.ResourceArns);
        await _store.CommitAsync(
            transaction =>
            {
                foreach (var arn in request.ResourceArns!)
                    Change(transaction, Scope.Of(context), arn, tags => Tags.Without(tags, request.TagKeys!));
            },
            cancellation
        );
        return new RemoveTagsOutput();
    }

    /// <inheritdoc/>
    public Task<DescribeTagsOutput> DescribeTagsAsync(
        DescribeTagsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        CheckCount("resource ARNs", request.ResourceArns);
        var view = _store.Current;
        return Task.FromResult(
            new DescribeTagsOutput
            {
                TagDescriptions =
                [
                    .. request
                        .ResourceArns!.Distinct(StringComparer.Ordinal)
                        .Select(arn => new TagDescription
                        {
                            ResourceArn = arn,
                            Tags = TagsOf(view, Scope.Of(context), arn),
                        }),
                ],
            }
        );
    }

    private static IReadOnlyList<Tag> TagsOf(View view, Scope scope, string arn) =>
        KindOf(arn).Type switch
        {
            "loadbalancer" => LoadBalancerNames.Require(view, scope, arn).Tags,
            "listener" => ListenerNames.Require(view, scope, arn).Tags,
            "listener-rule" => RuleNames.Require(view, scope, arn).Tags,
            "truststore" => TrustStoreNames.Require(view, scope, arn).Tags,
            _ => TargetGroupNames.Require(view, scope, arn).Tags,
        };

    private static void Change(
        Transaction transaction,
        Scope scope,
        string arn,
        Func<IReadOnlyList<Tag>, IReadOnlyList<Tag>> change
    )
    {
        switch (KindOf(arn).Type)
        {
            case "loadbalancer":
                var loadBalancer = LoadBalancerNames.Require(transaction, scope, arn);
                transaction.Put(
                    LoadBalancingTables.LoadBalancers,
                    loadBalancer with
                    {
                        Tags = change(loadBalancer.Tags),
                    }
                );
                break;
            case "listener":
                var listener = ListenerNames.Require(transaction, scope, arn);
                transaction.Put(LoadBalancingTables.Listeners, listener with { Tags = change(listener.Tags) });
                break;
            case "listener-rule":
                var rule = RuleNames.Require(transaction, scope, arn);
                transaction.Put(LoadBalancingTables.Rules, rule with { Tags = change(rule.Tags) });
                break;
            case "truststore":
                var trusted = TrustStoreNames.Require(transaction, scope, arn);
                transaction.Put(LoadBalancingTables.TrustStores, trusted with { Tags = change(trusted.Tags) });
                break;
            default:
                var group = TargetGroupNames.Require(transaction, scope, arn);
                transaction.Put(LoadBalancingTables.TargetGroups, group with { Tags = change(group.Tags) });
                break;
        }
    }

    private static ArnKind KindOf(string arn)
    {
        ArnKind[] kinds =
        [
            ArnKinds.LoadBalancer,
            ArnKinds.Listener,
            ArnKinds.Rule,
            ArnKinds.TargetGroup,
            ArnKinds.TrustStore,
        ];
        return Array.Find(kinds, kind => kind.Is(arn))
            ?? throw ElbErrors.ValidationError($"'{arn}' is not a valid ARN of Elastic Load Balancing");
    }
}
