using System.Globalization;
using System.Net;
using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.HealthChecks;
using Estiba.LoadBalancing.Limits;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Rules;
using Estiba.LoadBalancing.TargetGroups;
using Estiba.LoadBalancing.Targets;
using Estiba.State;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing;

/// <content>Targets and their health.</content>
public sealed partial class ElbV2Api
{
    /// <inheritdoc/>
    public async Task<RegisterTargetsOutput> RegisterTargetsAsync(
        RegisterTargetsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        var known = TargetGroupNames.Require(_store.Current, scope, request.TargetGroupArn!);
        var placed = await _registration.PlaceAsync(known, request.Targets!, context, cancellation);
        await _store.CommitAsync(
            transaction =>
            {
                var group = TargetGroupNames.Require(transaction, scope, request.TargetGroupArn!);
                foreach (var target in placed)
                    Register(transaction, group, target);
                CheckNumber(transaction, group);
            },
            cancellation
        );
        return new RegisterTargetsOutput();
    }

    /// <inheritdoc/>
    public async Task<DeregisterTargetsOutput> DeregisterTargetsAsync(
        DeregisterTargetsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var group = TargetGroupNames.Require(transaction, Scope.Of(context), request.TargetGroupArn!);
                if (request.Targets!.Count == 0)
                    throw ElbErrors.ValidationError("Targets cannot be empty");
                foreach (var named in request.Targets)
                {
                    // One that is not registered, or no longer, is as good.
                    var key = TargetRecord.KeyOf(group.Key, named.Id!, named.Port ?? group.Port);
                    if (transaction.Find(LoadBalancingTables.Targets, key) is not { DeregisteredAt: null } target)
                        continue;
                    if (Forwards.LoadBalancerOf(transaction, group.Key) is null)
                        transaction.Delete(LoadBalancingTables.Targets, key);
                    else
                        transaction.Put(
                            LoadBalancingTables.Targets,
                            target with
                            {
                                DeregisteredAt = Now,
                                Health = Health.Draining,
                            }
                        );
                }
            },
            cancellation
        );
        return new DeregisterTargetsOutput();
    }

    /// <inheritdoc/>
    public Task<DescribeTargetHealthOutput> DescribeTargetHealthAsync(
        DescribeTargetHealthInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var group = TargetGroupNames.Require(view, Scope.Of(context), request.TargetGroupArn!);
        IEnumerable<TargetHealthDescription> described = request.Targets is { Count: > 0 } named
            ? named.Select(each =>
                view.Find(LoadBalancingTables.Targets, TargetRecord.KeyOf(group.Key, each.Id!, each.Port ?? group.Port))
                    is { } target
                    ? Describe(group, target)
                    : Describe(
                        group,
                        new TargetDescription { Id = each.Id, Port = each.Port ?? group.Port },
                        Health.NotRegistered
                    )
            )
            : TargetNames.Of(view, group.Key).Select(target => Describe(group, target));
        if (request.Include is { Count: > 0 })
            described = described.Select(description => WithAnomaly(view, group, description));
        return Task.FromResult(new DescribeTargetHealthOutput { TargetHealthDescriptions = [.. described] });
    }

    // Of targets to which nothing is compared, as where no listener forwards to them, there is nothing to say.
    private TargetHealthDescription WithAnomaly(View view, TargetGroupRecord group, TargetHealthDescription description)
    {
        var key = TargetRecord.KeyOf(group.Key, description.Target!.Id!, description.Target.Port!.Value);
        if (
            view.Find(LoadBalancingTables.Targets, key) is not { Address: { } address } target
            || !_conditionsOf(group.Arn).TryGetValue(new(IPAddress.Parse(address), target.Port), out var condition)
        )
            return description;
        return description with
        {
            AnomalyDetection = new AnomalyDetection
            {
                Result = condition.IsAnomalous ? AnomalyResultEnum.Anomalous : AnomalyResultEnum.Normal,
                MitigationInEffect = condition.IsMitigated ? MitigationInEffectEnum.Yes : MitigationInEffectEnum.No,
            },
        };
    }

    // One that is registered already stays as it is; one that is on its way out comes back.
    private void Register(Transaction transaction, TargetGroupRecord group, PlacedTarget target)
    {
        if (group.TargetType == TargetTypeEnum.Alb)
            TargetRegistration.CheckLoadBalancer(transaction, group, target);
        var key = TargetRecord.KeyOf(group.Key, target.Id, target.Port);
        if (transaction.Find(LoadBalancingTables.Targets, key) is { DeregisteredAt: null })
            return;
        var isUsed = Forwards.LoadBalancerOf(transaction, group.Key) is not null;
        transaction.Put(
            LoadBalancingTables.Targets,
            new TargetRecord
            {
                Scope = group.Scope,
                TargetGroup = group.Resource,
                Id = target.Id,
                Port = target.Port,
                AvailabilityZone = target.Shown,
                Zone = target.Zone,
                RegisteredAt = Now,
                Health = isUsed ? Health.Registering : Health.GroupNotInUse,
            }
        );
    }

    private static void CheckNumber(View view, TargetGroupRecord group)
    {
        var most = TargetRegistration.MostOf(group);
        if (TargetNames.Of(view, group.Key).Count(target => target.DeregisteredAt is null) > most)
            throw TooManyTargetsException(
                $"The maximum number of targets per target group '{most}' has been reached on target group "
                    + $"'{group.Arn}'"
            );
        if (
            Forwards.LoadBalancerOf(view, group.Key) is not { } user
            || LoadBalancerNames.ByKey(view, user) is not { } loadBalancer
        )
            return;
        var all =
            loadBalancer.Type == LoadBalancerTypeEnum.Application
                ? AccountLimits.TargetsPerApplicationLoadBalancer
                : AccountLimits.TargetsPerNetworkLoadBalancer;
        if (TargetNames.OfLoadBalancer(view, user).Count(target => target.DeregisteredAt is null) > all)
            throw TooManyTargetsException(Reached("targets", all, loadBalancer));
    }

    private static TargetHealthDescription Describe(TargetGroupRecord group, TargetRecord target) =>
        Describe(
            group,
            new TargetDescription
            {
                Id = target.Id,
                Port = target.Port,
                AvailabilityZone = target.AvailabilityZone,
            },
            target.Health
        );

    private static TargetHealthDescription Describe(TargetGroupRecord group, TargetDescription target, Health health) =>
        new()
        {
            Target = target,
            HealthCheckPort =
                group.HealthCheck.Port == HealthCheckSettings.TrafficPort
                    ? target.Port!.Value.ToString(CultureInfo.InvariantCulture)
                    : group.HealthCheck.Port,
            TargetHealth = new TargetHealth
            {
                State = health.State,
                Reason = health.Reason,
                Description = health.Description,
            },
            AdministrativeOverride = new AdministrativeOverride
            {
                State = TargetAdministrativeOverrideStateEnum.NoOverride,
                Reason = TargetAdministrativeOverrideReasonEnum.AdministrativeOverrideNoOverride,
                Description = "No override is currently active on target",
            },
        };
}
