using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Attributes;
using Estiba.LoadBalancing.Listeners;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Names;
using Estiba.LoadBalancing.Targets;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing;

/// <content>Load balancers.</content>
public sealed partial class ElbV2Api
{
    private const int MostDescribed = 20;

    /// <inheritdoc/>
    public async Task<CreateLoadBalancerOutput> CreateLoadBalancerAsync(
        CreateLoadBalancerInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        LoadBalancerCreation.CheckSupported(request);
        ResourceName.CheckLoadBalancer(request.Name!);
        var type = request.Type ?? LoadBalancerTypeEnum.Application;
        var scheme = request.Scheme ?? LoadBalancerSchemeEnum.InternetFacing;
        LoadBalancerNetwork.CheckAddressType(request.IpAddressType);
        var (vpc, subnets) = await _network.FindAsync(
            type,
            scheme,
            request.Subnets,
            request.SubnetMappings,
            context,
            cancellation
        );
        var groups =
            request.SecurityGroups is { Count: > 0 } named
                ? await _network.SecurityGroupsAsync(vpc, named, context, cancellation)
            : type == LoadBalancerTypeEnum.Application
                ? await _network.DefaultSecurityGroupsAsync(vpc, context, cancellation)
            : [];
        var wanted = new LoadBalancerRecord
        {
            Scope = Scope.Of(context),
            Name = request.Name!,
            Id = "",
            Type = type,
            Scheme = scheme,
            DnsName = "",
            VpcId = vpc,
            Subnets = subnets,
            SecurityGroups = groups,
            EnforceInboundRulesOnPrivateLink =
                type == LoadBalancerTypeEnum.Network && groups.Count > 0
                    ? EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnum.On
                    : null,
            CreatedAt = default,
        };
        var made = await _store.CommitAsync(
            transaction => _creation.Apply(transaction, wanted, request.Tags),
            cancellation
        );
        return new CreateLoadBalancerOutput { LoadBalancers = [LoadBalancerDescription.Of(made)] };
    }

    /// <inheritdoc/>
    public Task<DescribeLoadBalancersOutput> DescribeLoadBalancersAsync(
        DescribeLoadBalancersInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (view, scope) = (_store.Current, Scope.Of(context));
        if (request is { LoadBalancerArns.Count: > 0, Names.Count: > 0 })
            throw ElbErrors.ValidationError(
                "Load balancer names and load balancer ARNs cannot be specified at the same time"
            );
        CheckCount("load balancer ARNs", request.LoadBalancerArns);
        CheckCount("load balancer names", request.Names);
        IEnumerable<LoadBalancerRecord> chosen =
            request.LoadBalancerArns is { Count: > 0 } arns
                ? Each(arns, arn => LoadBalancerNames.Find(view, scope, arn), ArnKinds.LoadBalancer)
            : request.Names is { Count: > 0 } names
                ? names.Select(name =>
                    LoadBalancerNames.Named(view, scope, name)
                    ?? throw LoadBalancerNotFoundException($"Load balancers '[{name}]' not found")
                )
            : LoadBalancerNames.All(view, scope);
        var (page, next) = Page.Of(
            chosen.DistinctBy(record => record.Key).OrderBy(record => record.Key, StringComparer.Ordinal),
            record => record.Key,
            request.PageSize,
            request.Marker,
            request,
            context
        );
        return Task.FromResult(
            new DescribeLoadBalancersOutput
            {
                LoadBalancers = [.. page.Select(LoadBalancerDescription.Of)],
                NextMarker = next,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<DeleteLoadBalancerOutput> DeleteLoadBalancerAsync(
        DeleteLoadBalancerInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                // Deleting what is not there succeeds.
                var record = LoadBalancerNames.Find(transaction, Scope.Of(context), request.LoadBalancerArn!);
                if (record is null)
                    return;
                var attributes = LoadBalancerAttributeSets.Of(record.Type);
                if (attributes.ValueOf(record.Attributes, LoadBalancerAttributeSets.DeletionProtection) == "true")
                    throw OperationNotPermittedException(
                        $"Load balancer '{record.Arn}' cannot be deleted because deletion protection is enabled"
                    );
                if (TargetNames.IsTarget(transaction, record))
                    throw ResourceInUseException(
                        $"Load balancer '{record.Arn}' cannot be deleted because it is currently associated with "
                            + "another service"
                    );
                foreach (var listener in ListenerNames.Of(transaction, record).ToList())
                    ListenerNames.Delete(transaction, listener);
                transaction.Put(LoadBalancingTables.LoadBalancers, record with { DeletedAt = Now });
            },
            cancellation
        );
        return new DeleteLoadBalancerOutput();
    }

    /// <inheritdoc/>
    public async Task<SetSubnetsOutput> SetSubnetsAsync(
        SetSubnetsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        LoadBalancerNetwork.CheckAddressType(request.IpAddressType);
        LoadBalancerCreation.CheckPrefix(request.EnablePrefixForIpv6SourceNat);
        var before = LoadBalancerNames.Require(_store.Current, Scope.Of(context), request.LoadBalancerArn!);
        var (vpc, subnets) = await _network.FindAsync(
            before.Type,
            before.Scheme,
            request.Subnets,
            request.SubnetMappings,
            context,
            cancellation
        );
        if (vpc != before.VpcId)
            throw InvalidConfigurationRequestException(
                $"All subnets must belong to the same VPC: '{before.VpcId}, {vpc}'"
            );
        var after = await ChangeLoadBalancerAsync(
            request.LoadBalancerArn!,
            context,
            record => record with { Subnets = subnets },
            cancellation
        );
        return new SetSubnetsOutput
        {
            AvailabilityZones = LoadBalancerDescription.ZonesOf(after),
            IpAddressType = IpAddressType.Ipv4,
            EnablePrefixForIpv6SourceNat = LoadBalancerDescription.Of(after).EnablePrefixForIpv6SourceNat,
        };
    }

    /// <inheritdoc/>
    public async Task<SetSecurityGroupsOutput> SetSecurityGroupsAsync(
        SetSecurityGroupsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var before = LoadBalancerNames.Require(_store.Current, Scope.Of(context), request.LoadBalancerArn!);
        var privateLink = request.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic;
        if (before.Type == LoadBalancerTypeEnum.Network && before.SecurityGroups.Count == 0)
            throw InvalidConfigurationRequestException(
                "You cannot set security groups on a load balancer with type 'network' that was created without "
                    + "security groups"
            );
        if (before.Type == LoadBalancerTypeEnum.Application && privateLink is not null)
            throw InvalidConfigurationRequestException(
                "Enforcing inbound rules on PrivateLink traffic is not supported on load balancers with type "
                    + "'application'"
            );
        if (request.SecurityGroups is not { Count: > 0 } named)
            throw ElbErrors.ValidationError("At least one security group must be specified");
        var groups = await _network.SecurityGroupsAsync(before.VpcId, named, context, cancellation);
        var after = await ChangeLoadBalancerAsync(
            request.LoadBalancerArn!,
            context,
            record =>
                record with
                {
                    SecurityGroups = groups,
                    EnforceInboundRulesOnPrivateLink = privateLink ?? record.EnforceInboundRulesOnPrivateLink,
                },
            cancellation
        );
        return new SetSecurityGroupsOutput
        {
            SecurityGroupIds = after.SecurityGroups,
            EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic = after.EnforceInboundRulesOnPrivateLink,
        };
    }

    /// <inheritdoc/>
    public Task<SetIpAddressTypeOutput> SetIpAddressTypeAsync(
        SetIpAddressTypeInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        LoadBalancerNames.Require(_store.Current, Scope.Of(context), request.LoadBalancerArn!);
        LoadBalancerNetwork.CheckAddressType(request.IpAddressType);
        return Task.FromResult(new SetIpAddressTypeOutput { IpAddressType = IpAddressType.Ipv4 });
    }

    /// <inheritdoc/>
    public Task<DescribeLoadBalancerAttributesOutput> DescribeLoadBalancerAttributesAsync(
        DescribeLoadBalancerAttributesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var record = LoadBalancerNames.Require(_store.Current, Scope.Of(context), request.LoadBalancerArn!);
        return Task.FromResult(new DescribeLoadBalancerAttributesOutput { Attributes = AttributesOf(record) });
    }

    /// <inheritdoc/>
    /// <remarks>Nobody can reserve capacity here, so that none is reserved.</remarks>
    public Task<DescribeCapacityReservationOutput> DescribeCapacityReservationAsync(
        DescribeCapacityReservationInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        LoadBalancerNames.Require(_store.Current, Scope.Of(context), request.LoadBalancerArn!);
        return Task.FromResult(new DescribeCapacityReservationOutput());
    }

    /// <inheritdoc/>
    public async Task<ModifyLoadBalancerAttributesOutput> ModifyLoadBalancerAttributesAsync(
        ModifyLoadBalancerAttributesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var after = await ChangeLoadBalancerAsync(
            request.LoadBalancerArn!,
            context,
            record =>
                record with
                {
                    Attributes = LoadBalancerAttributeSets
                        .Of(record.Type)
                        .Merge(record.Attributes, [.. request.Attributes!.Select(each => (each.Key, each.Value))]),
                },
            cancellation
        );
        return new ModifyLoadBalancerAttributesOutput { Attributes = AttributesOf(after) };
    }

    private Task<LoadBalancerRecord> ChangeLoadBalancerAsync(
        string arn,
        CallContext context,
        Func<LoadBalancerRecord, LoadBalancerRecord> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var after = change(LoadBalancerNames.Require(transaction, Scope.Of(context), arn));
                transaction.Put(LoadBalancingTables.LoadBalancers, after);
                return after;
            },
            cancellation
        );

    private static IReadOnlyList<LoadBalancerAttribute> AttributesOf(LoadBalancerRecord record) =>
        [
            .. LoadBalancerAttributeSets
                .Of(record.Type)
                .All(record.Attributes)
                .Select(each => new LoadBalancerAttribute { Key = each.Key, Value = each.Value }),
        ];

    // The resources that ARNs name, each once.
    private static List<TRecord> Each<TRecord>(IReadOnlyList<string> arns, Func<string, TRecord?> find, ArnKind kind)
        where TRecord : class => [.. arns.Select(arn => find(arn) ?? throw kind.Several())];

    private static void CheckCount(string what, IReadOnlyList<string>? named)
    {
        if (named?.Count > MostDescribed)
            throw ElbErrors.ValidationError(
                $"Up to '{MostDescribed}' {what} can be specified, but '{named.Count}' was specified"
            );
    }
}
