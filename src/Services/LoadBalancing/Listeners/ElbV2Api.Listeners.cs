using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Attributes;
using Estiba.LoadBalancing.Limits;
using Estiba.LoadBalancing.Listeners;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Names;
using Estiba.LoadBalancing.Rules;
using Estiba.LoadBalancing.Tagging;
using Estiba.LoadBalancing.TrustStores;
using Estiba.State;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing;

/// <content>Listeners.</content>
public sealed partial class ElbV2Api
{
    /// <inheritdoc/>
    public async Task<CreateListenerOutput> CreateListenerAsync(
        CreateListenerInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var owner = LoadBalancerNames.Require(_store.Current, Scope.Of(context), request.LoadBalancerArn!);
        var id = _ids.Resource();
        var settings = new ListenerSettings
        {
            Protocol = request.Protocol,
            Port = request.Port,
            SslPolicy = request.SslPolicy,
            Certificates = request.Certificates,
            AlpnPolicy = request.AlpnPolicy,
            MutualAuthentication = request.MutualAuthentication,
        };
        var listener = settings.Apply(
            new ListenerRecord
            {
                Scope = owner.Scope,
                LoadBalancer = owner.Resource,
                Id = id,
                Protocol = "",
                Port = 0,
                DefaultRule = _ids.Resource(),
                Tags = Tags.Merge([], request.Tags),
            },
            owner.Type
        );
        var rule = new RuleRecord
        {
            Scope = owner.Scope,
            Listener = listener.Resource,
            Id = listener.DefaultRule,
            Actions = RuleActions.Read(request.DefaultActions!, owner.Type == LoadBalancerTypeEnum.Network),
        };
        return await _store.CommitAsync(
            transaction =>
            {
                RequireCertificates(transaction, owner.Scope, listener.Certificates);
                if (listener.TrustStore is { } trusted)
                    TrustStoreNames.Require(transaction, owner.Scope, trusted);
                var loadBalancer = LoadBalancerNames.Require(transaction, owner.Scope, owner.Arn);
                var others = ListenerNames.Of(transaction, loadBalancer).ToList();
                if (others.Find(other => other.Port == listener.Port) is { } existing)
                    return IsSame(transaction, existing, listener, rule)
                        ? new CreateListenerOutput { Listeners = [Describe(transaction, existing)] }
                        : throw Taken(loadBalancer);
                if (others.Count >= AccountLimits.ListenersPerLoadBalancer)
                    throw TooManyListenersException(
                        Reached("listeners", AccountLimits.ListenersPerLoadBalancer, loadBalancer)
                    );
                ForwardTargets.Check(transaction, loadBalancer, listener.Protocol, rule);
                transaction.Put(LoadBalancingTables.Listeners, listener);
                Forwards.Put(transaction, rule);
                return new CreateListenerOutput { Listeners = [Describe(transaction, listener)] };
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<DescribeListenersOutput> DescribeListenersAsync(
        DescribeListenersInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (view, scope) = (_store.Current, Scope.Of(context));
        if (request.LoadBalancerArn is null == request.ListenerArns is null or { Count: 0 })
            throw ElbErrors.ValidationError("You must specify either listener ARNs or a load balancer ARN");
        IEnumerable<ListenerRecord> chosen = request.LoadBalancerArn is { } loadBalancer
            ? ListenerNames.Of(view, LoadBalancerNames.Require(view, scope, loadBalancer))
            : Each(request.ListenerArns!, arn => ListenerNames.Find(view, scope, arn), ArnKinds.Listener);
        var (page, next) = Page.Of(
            chosen.DistinctBy(listener => listener.Key).OrderBy(listener => listener.Key, StringComparer.Ordinal),
            listener => listener.Key,
            request.PageSize,
            request.Marker,
            request,
            context
        );
        return Task.FromResult(
            new DescribeListenersOutput
            {
                Listeners = [.. page.Select(listener => Describe(view, listener))],
                NextMarker = next,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<ModifyListenerOutput> ModifyListenerAsync(
        ModifyListenerInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        var settings = new ListenerSettings
        {
            Protocol = request.Protocol,
            Port = request.Port,
            SslPolicy = request.SslPolicy,
            Certificates = request.Certificates,
            AlpnPolicy = request.AlpnPolicy,
            MutualAuthentication = request.MutualAuthentication,
        };
        ListenerNames.Require(_store.Current, scope, request.ListenerArn!);
        var certificates = (request.Certificates ?? []).Select(each => each.CertificateArn).OfType<string>().ToList();
        return await _store.CommitAsync(
            transaction =>
            {
                RequireCertificates(transaction, scope, certificates);
                var before = ListenerNames.Require(transaction, scope, request.ListenerArn!);
                var loadBalancer = LoadBalancerNames.ByKey(transaction, before.LoadBalancerKey)!;
                var after = settings.Apply(before, loadBalancer.Type);
                if (after.TrustStore is { } trusted)
                    TrustStoreNames.Require(transaction, scope, trusted);
                if (after.Protocol != before.Protocol)
                    after = after with { Attributes = Kept(after) };
                if (
                    ListenerNames
                        .Of(transaction, loadBalancer)
                        .Any(other => other.Key != after.Key && other.Port == after.Port)
                )
                    throw Taken(loadBalancer);
                var rule = transaction.Find(LoadBalancingTables.Rules, after.DefaultRuleKey)!;
                if (request.DefaultActions is { Count: > 0 } actions)
                    rule = rule with
                    {
                        Actions = RuleActions.Read(actions, loadBalancer.Type == LoadBalancerTypeEnum.Network),
                    };
                ForwardTargets.Check(transaction, loadBalancer, after.Protocol, rule);
                foreach (var other in RuleNames.Of(transaction, after.Key).Where(each => each.Key != rule.Key).ToList())
                    ForwardTargets.Check(transaction, loadBalancer, after.Protocol, other);
                transaction.Put(LoadBalancingTables.Listeners, after);
                Forwards.Put(transaction, rule);
                return new ModifyListenerOutput { Listeners = [Describe(transaction, after)] };
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public async Task<DeleteListenerOutput> DeleteListenerAsync(
        DeleteListenerInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            transaction =>
                ListenerNames.Delete(
                    transaction,
                    ListenerNames.Require(transaction, Scope.Of(context), request.ListenerArn!)
                ),
            cancellation
        );
        return new DeleteListenerOutput();
    }

    /// <inheritdoc/>
    public Task<DescribeListenerAttributesOutput> DescribeListenerAttributesAsync(
        DescribeListenerAttributesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var listener = ListenerNames.Require(_store.Current, Scope.Of(context), request.ListenerArn!);
        return Task.FromResult(new DescribeListenerAttributesOutput { Attributes = AttributesOf(listener) });
    }

    /// <inheritdoc/>
    public Task<ModifyListenerAttributesOutput> ModifyListenerAttributesAsync(
        ModifyListenerAttributesInput request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var before = ListenerNames.Require(transaction, Scope.Of(context), request.ListenerArn!);
                var after = before with
                {
                    Attributes = ListenerAttributeSets
                        .Of(before.Protocol)
                        .Merge(before.Attributes, [.. request.Attributes!.Select(each => (each.Key, each.Value))]),
                };
                transaction.Put(LoadBalancingTables.Listeners, after);
                return new ModifyListenerAttributesOutput { Attributes = AttributesOf(after) };
            },
            cancellation
        );

    private static bool IsSame(
        Transaction transaction,
        ListenerRecord existing,
        ListenerRecord wanted,
        RuleRecord rule
    ) =>
        (existing.Protocol, existing.SslPolicy, existing.AlpnPolicy, existing.DefaultCertificate)
            == (wanted.Protocol, wanted.SslPolicy, wanted.AlpnPolicy, wanted.DefaultCertificate)
        && (existing.MutualAuthentication, existing.TrustStore, existing.IgnoresClientExpiry)
            == (wanted.MutualAuthentication, wanted.TrustStore, wanted.IgnoresClientExpiry)
        && transaction
            .Find(LoadBalancingTables.Rules, existing.DefaultRuleKey)!
            .Actions.Select(ShapeJson.ToUtf8)
            .Zip(rule.Actions.Select(ShapeJson.ToUtf8))
            .All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    private static AwsException Taken(LoadBalancerRecord loadBalancer) =>
        DuplicateListenerException(
            $"A listener already exists on this port for this load balancer '{loadBalancer.Arn}'"
        );

    // Attributes that the new protocol does not have are gone.
    private static Dictionary<string, string> Kept(ListenerRecord listener)
    {
        var keys = ListenerAttributeSets
            .Of(listener.Protocol)
            .All(listener.Attributes)
            .Select(each => each.Key)
            .ToHashSet();
        return listener.Attributes.Where(each => keys.Contains(each.Key)).ToDictionary();
    }

    private static Listener Describe(View view, ListenerRecord listener) =>
        new()
        {
            ListenerArn = listener.Arn,
            LoadBalancerArn = ArnKinds.LoadBalancer.Arn(listener.Scope, listener.LoadBalancer),
            Port = listener.Port,
            Protocol = listener.Protocol,
            Certificates = listener.DefaultCertificate is { } certificate
                ? [new Certificate { CertificateArn = certificate }]
                : null,
            SslPolicy = listener.SslPolicy,
            DefaultActions = view.Find(LoadBalancingTables.Rules, listener.DefaultRuleKey)!.Actions,
            AlpnPolicy = listener.AlpnPolicy is { } alpn ? [alpn] : null,
            MutualAuthentication =
                listener.Protocol == ProtocolEnum.Https
                    ? new MutualAuthenticationAttributes
                    {
                        Mode = listener.MutualAuthentication ?? ListenerSettings.Off,
                        TrustStoreArn = listener.TrustStore,
                        IgnoreClientCertificateExpiry = listener.TrustStore is null
                            ? null
                            : listener.IgnoresClientExpiry,
                        TrustStoreAssociationStatus = listener.TrustStore is null
                            ? null
                            : TrustStoreAssociationStatusEnum.Active,
                    }
                    : null,
        };

    private static IReadOnlyList<ListenerAttribute> AttributesOf(ListenerRecord listener) =>
        [
            .. ListenerAttributeSets
                .Of(listener.Protocol)
                .All(listener.Attributes)
                .Select(each => new ListenerAttribute { Key = each.Key, Value = each.Value }),
        ];
}
