using Estiba.AutoScaling.Policies;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.State;

namespace Estiba.AutoScaling;

/// <content>Scaling policies.</content>
public sealed partial class AutoScalingApi
{
    /// <inheritdoc/>
    public async Task<PolicyARNType> PutScalingPolicyAsync(
        PutScalingPolicyType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var scope = Scope.Of(context);
        var (before, policy) = await _store.CommitAsync(transaction => Put(transaction, scope, request), cancellation);
        if (policy.Alarms.Count > 0)
            await PutAlarmsAsync(before, policy, cancellation);
        await _alarms.TryDeleteAsync(scope, cancellation);
        return new PolicyARNType { PolicyARN = policy.Arn, Alarms = AlarmsOf(policy) };
    }

    /// <inheritdoc/>
    public async Task<PoliciesType> DescribePoliciesAsync(
        DescribePoliciesType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var scope = Scope.Of(context);
        var size = Paging.Size(request.MaxRecords);
        var after = Paging.After(request.NextToken, request, context);
        var (names, types) = (request.PolicyNames ?? [], request.PolicyTypes ?? []);
        var prefix = request.AutoScalingGroupName is { } group
            ? Require(_store.Current, scope, group, ofDeleting: true).Prefix
            : scope.Prefix;
        var policies = _store
            .Current.Range(AutoScalingTables.Policies, prefix, after)
            .Where(policy =>
                (names.Count == 0 || names.Contains(policy.Name) || names.Contains(policy.Arn))
                && (types.Count == 0 || types.Contains(policy.Type))
            );
        var (page, next) = PagingToken.Cut(policies, size, policy => policy.Key, request, context);
        var described = new List<ScalingPolicy>();
        foreach (var policy in page)
            described.Add(
                Describe(
                    policy,
                    policy.Target is null ? await _alarms.CustomersOfAsync(policy, cancellation) : AlarmsOf(policy)
                )
            );
        return new PoliciesType { ScalingPolicies = described, NextToken = next };
    }

    /// <inheritdoc/>
    public async Task<DeletePolicyResponse> DeletePolicyAsync(
        DeletePolicyType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var scope = Scope.Of(context);
        await _store.CommitAsync(
            transaction =>
                _removal.Remove(
                    transaction,
                    RequirePolicy(transaction, scope, request.AutoScalingGroupName, request.PolicyName!)
                ),
            cancellation
        );
        await _alarms.TryDeleteAsync(scope, cancellation);
        return new DeletePolicyResponse();
    }

    /// <inheritdoc/>
    public async Task<ExecutePolicyResponse> ExecutePolicyAsync(
        ExecutePolicyType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var policy = RequirePolicy(transaction, scope, request.AutoScalingGroupName, request.PolicyName!);
                var group = Require(transaction, scope, policy.Group);
                if (policy.Target is not null)
                    throw Validation.Error("A policy of type TargetTrackingScaling cannot be executed.");
                var isStep = policy.Type == PolicyRecord.Step;
                if (isStep != (request.MetricValue is not null) || isStep != (request.BreachThreshold is not null))
                    throw Validation.Error(
                        "MetricValue and BreachThreshold must be specified for the policy type StepScaling, and for no "
                            + "other."
                    );
                var isCooling = AlarmScaling.Run(
                    transaction,
                    group,
                    policy,
                    request.MetricValue,
                    request.BreachThreshold,
                    request.HonorCooldown == true,
                    $"a user request executed policy {policy.Name}",
                    Now
                );
                if (isCooling)
                    throw AutoScalingErrors.ScalingActivityInProgressFault(
                        $"The cooldown of AutoScalingGroup '{group.Name}' is in progress and blocks this action"
                    );
            },
            cancellation
        );
        return new ExecutePolicyResponse();
    }

    private (PolicyRecord? Before, PolicyRecord Policy) Put(
        Transaction transaction,
        Scope scope,
        PutScalingPolicyType request
    )
    {
        var group = Require(transaction, scope, request.AutoScalingGroupName!);
        var before = transaction.Find(
            AutoScalingTables.Policies,
            PolicyRecord.KeyOf(scope, group.Name, request.PolicyName!)
        );
        var policy = PolicyRequests.Of(request, group, before, _ids);
        var others = transaction
            .Range(AutoScalingTables.Policies, group.Prefix)
            .Where(other => other.Name != policy.Name)
            .ToList();
        if (others.Count >= Quotas.Policies)
            throw AutoScalingErrors.LimitExceededFault(
                $"An Auto Scaling group can have at most {Quotas.Policies} scaling policies."
            );
        if (
            policy.Target is { } target
            && others.Exists(other => other.Target is { } its && PolicyRequests.MeasureTheSame(its, target))
        )
            throw Validation.Error(
                "Only one TargetTrackingScaling policy for a given metric specification is allowed."
            );
        transaction.Put(AutoScalingTables.Policies, policy);
        _removal.Leave(transaction, scope, [.. (before?.Alarms ?? []).Except(policy.Alarms)]);
        return (before, policy);
    }

    // Where CloudWatch refuses an alarm, the policy is what it was.
    private async Task PutAlarmsAsync(PolicyRecord? before, PolicyRecord policy, CancellationToken cancellation)
    {
        try
        {
            await _alarms.PutAsync(policy, cancellation);
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            await _store.CommitAsync(
                transaction =>
                {
                    if (transaction.Find(AutoScalingTables.Policies, policy.Key) != policy)
                        return;
                    if (before is null)
                        _removal.Remove(transaction, policy);
                    else
                        transaction.Put(AutoScalingTables.Policies, before);
                },
                cancellation
            );
            throw Validation.Error(refused.Message);
        }
    }

    private static PolicyRecord RequirePolicy(View view, Scope scope, string? group, string nameOrArn)
    {
        var found = group is not null
            ? view.Find(
                AutoScalingTables.Policies,
                PolicyRecord.KeyOf(scope, Require(view, scope, group).Name, nameOrArn)
            )
            : null;
        found ??= view.Range(AutoScalingTables.Policies, scope.Prefix)
            .FirstOrDefault(policy => policy.Arn == nameOrArn);
        return found ?? throw Validation.Error($"PolicyName not found - Scaling policy {nameOrArn} not found");
    }

    private static IReadOnlyList<Alarm> AlarmsOf(PolicyRecord policy) =>
        [
            .. policy.Alarms.Select(name => new Alarm
            {
                AlarmName = name,
                AlarmARN = new Arn("cloudwatch", policy.Scope.Region, policy.Scope.AccountId, "alarm:" + name)
                {
                    Partition = Arn.PartitionOf(policy.Scope.Region),
                }.ToString(),
            }),
        ];

    private static ScalingPolicy Describe(PolicyRecord policy, IReadOnlyList<Alarm> alarms) =>
        new()
        {
            AutoScalingGroupName = policy.Group,
            PolicyName = policy.Name,
            PolicyARN = policy.Arn,
            PolicyType = policy.Type,
            AdjustmentType = policy.AdjustmentType,
            MinAdjustmentMagnitude = policy.MinMagnitude,
            ScalingAdjustment = policy.Adjustment,
            Cooldown = policy.Cooldown,
            StepAdjustments = policy.Steps,
            MetricAggregationType = policy.Aggregation,
            EstimatedInstanceWarmup = policy.Warmup,
            Alarms = alarms,
            TargetTrackingConfiguration = policy.Target,
            Enabled = policy.IsEnabled,
        };
}
