using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Attributes;
using Estiba.LoadBalancing.HealthChecks;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Names;
using Estiba.LoadBalancing.Rules;
using Estiba.LoadBalancing.TargetGroups;
using Estiba.LoadBalancing.Targets;
using Estiba.State;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing;

/// <content>Target groups.</content>
public sealed partial class ElbV2Api
{
    /// <inheritdoc/>
    public async Task<CreateTargetGroupOutput> CreateTargetGroupAsync(
        CreateTargetGroupInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        ResourceName.CheckTargetGroup(request.Name!);
        var wanted = TargetGroupCreation.Read(request, Scope.Of(context));
        if (!await _networks.HasVpcAsync(wanted.VpcId, context, cancellation))
            throw ElbErrors.ValidationError($"The VPC ID '{wanted.VpcId}' is not found");
        return await _store.CommitAsync(
            transaction => new CreateTargetGroupOutput
            {
                TargetGroups =
                [
                    Describe(transaction, TargetGroupCreation.Apply(transaction, wanted, request.Tags, _ids)),
                ],
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<DescribeTargetGroupsOutput> DescribeTargetGroupsAsync(
        DescribeTargetGroupsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (view, scope) = (_store.Current, Scope.Of(context));
        if (request is { TargetGroupArns.Count: > 0, Names.Count: > 0 })
            throw ElbErrors.ValidationError(
                "Target group names and target group ARNs cannot be specified at the same time"
            );
        foreach (var name in request.Names ?? [])
            ResourceName.CheckTargetGroup(name);
        IEnumerable<TargetGroupRecord> chosen =
            request.TargetGroupArns is { Count: > 0 } arns
                ? Each(arns, arn => TargetGroupNames.Find(view, scope, arn), ArnKinds.TargetGroup)
            : request.Names is { Count: > 0 } names
                ? Each(names, name => TargetGroupNames.Named(view, scope, name), ArnKinds.TargetGroup)
            : view.Range(LoadBalancingTables.TargetGroups, scope.Prefix);
        if (request.LoadBalancerArn is { } its)
        {
            var user = LoadBalancerNames.Require(view, scope, its).Key;
            chosen = chosen.Where(group => Forwards.LoadBalancerOf(view, group.Key) == user);
        }

        var (page, next) = Page.Of(
            chosen.DistinctBy(group => group.Key).OrderBy(group => group.Key, StringComparer.Ordinal),
            group => group.Key,
            request.PageSize,
            request.Marker,
            request,
            context
        );
        return Task.FromResult(
            new DescribeTargetGroupsOutput
            {
                TargetGroups = [.. page.Select(group => Describe(view, group))],
                NextMarker = next,
            }
        );
    }

    /// <inheritdoc/>
    public Task<ModifyTargetGroupOutput> ModifyTargetGroupAsync(
        ModifyTargetGroupInput request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var before = TargetGroupNames.Require(transaction, Scope.Of(context), request.TargetGroupArn!);
                var after = before with
                {
                    HealthCheck = HealthCheckRules.Change(
                        new GroupKind(before.TargetType, !before.IsHttp, before.ProtocolVersion == "GRPC"),
                        before.HealthCheck,
                        new HealthCheckChange
                        {
                            Protocol = request.HealthCheckProtocol,
                            Port = request.HealthCheckPort,
                            Path = request.HealthCheckPath,
                            Enabled = request.HealthCheckEnabled,
                            IntervalSeconds = request.HealthCheckIntervalSeconds,
                            TimeoutSeconds = request.HealthCheckTimeoutSeconds,
                            HealthyThreshold = request.HealthyThresholdCount,
                            UnhealthyThreshold = request.UnhealthyThresholdCount,
                            Matcher = request.Matcher,
                        }
                    ),
                };
                transaction.Put(LoadBalancingTables.TargetGroups, after);
                return new ModifyTargetGroupOutput { TargetGroups = [Describe(transaction, after)] };
            },
            cancellation
        );

    /// <inheritdoc/>
    public async Task<DeleteTargetGroupOutput> DeleteTargetGroupAsync(
        DeleteTargetGroupInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                // Deleting what is not there succeeds.
                var group = TargetGroupNames.Find(transaction, Scope.Of(context), request.TargetGroupArn!);
                if (group is null)
                    return;
                if (Forwards.LoadBalancerOf(transaction, group.Key) is not null)
                    throw ResourceInUseException(
                        $"Target group '{group.Arn}' is currently in use by a listener or a rule"
                    );
                foreach (var target in TargetNames.Of(transaction, group.Key).ToList())
                    transaction.Delete(LoadBalancingTables.Targets, target.Key);
                transaction.Delete(LoadBalancingTables.TargetGroups, group.Key);
            },
            cancellation
        );
        return new DeleteTargetGroupOutput();
    }

    /// <inheritdoc/>
    public Task<DescribeTargetGroupAttributesOutput> DescribeTargetGroupAttributesAsync(
        DescribeTargetGroupAttributesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var group = TargetGroupNames.Require(_store.Current, Scope.Of(context), request.TargetGroupArn!);
        return Task.FromResult(new DescribeTargetGroupAttributesOutput { Attributes = AttributesOf(group) });
    }

    /// <inheritdoc/>
    public Task<ModifyTargetGroupAttributesOutput> ModifyTargetGroupAttributesAsync(
        ModifyTargetGroupAttributesInput request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var before = TargetGroupNames.Require(transaction, Scope.Of(context), request.TargetGroupArn!);
                var after = before with
                {
                    Attributes = TargetGroupAttributeSets.Merge(
                        TargetGroupAttributeSets.Of(before.Protocol, before.TargetType),
                        before.Protocol,
                        before.Attributes,
                        [.. request.Attributes!.Select(each => (each.Key, each.Value))]
                    ),
                };
                transaction.Put(LoadBalancingTables.TargetGroups, after);
                return new ModifyTargetGroupAttributesOutput { Attributes = AttributesOf(after) };
            },
            cancellation
        );

    private static TargetGroup Describe(View view, TargetGroupRecord group)
    {
        var user = Forwards.LoadBalancerOf(view, group.Key);
        return new TargetGroup
        {
            TargetGroupArn = group.Arn,
            TargetGroupName = group.Name,
            Protocol = group.Protocol,
            Port = group.Port,
            VpcId = group.VpcId,
            HealthCheckProtocol = group.HealthCheck.Protocol,
            HealthCheckPort = group.HealthCheck.Port,
            HealthCheckEnabled = true,
            HealthCheckIntervalSeconds = group.HealthCheck.IntervalSeconds,
            HealthCheckTimeoutSeconds = group.HealthCheck.TimeoutSeconds,
            HealthyThresholdCount = group.HealthCheck.HealthyThreshold,
            UnhealthyThresholdCount = group.HealthCheck.UnhealthyThreshold,
            HealthCheckPath = group.HealthCheck.Path,
            Matcher = group.HealthCheck.Matcher,
            LoadBalancerArns = user is not null && LoadBalancerNames.ByKey(view, user) is { } its ? [its.Arn] : [],
            TargetType = group.TargetType,
            ProtocolVersion = group.ProtocolVersion,
            IpAddressType = TargetGroupIpAddressTypeEnum.Ipv4,
        };
    }

    private static IReadOnlyList<TargetGroupAttribute> AttributesOf(TargetGroupRecord group) =>
        [
            .. TargetGroupAttributeSets
                .Of(group.Protocol, group.TargetType)
                .All(group.Attributes)
                .Select(each => new TargetGroupAttribute { Key = each.Key, Value = each.Value }),
        ];
}
