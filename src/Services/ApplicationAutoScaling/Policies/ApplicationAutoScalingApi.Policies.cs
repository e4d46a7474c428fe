using Estiba.ApplicationAutoScaling.Policies;
using Estiba.ApplicationAutoScaling.ScalableTargets;
using Estiba.ApplicationAutoScaling.StepScaling;
using Estiba.ApplicationAutoScaling.TargetTracking;
using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.State;
using static Estiba.Contracts.ApplicationAutoScaling.ApplicationAutoScalingErrors;

namespace Estiba.ApplicationAutoScaling;

/// <content>Scaling policies.</content>
public sealed partial class ApplicationAutoScalingApi
{
    private const string NoPrediction =
        "Estiba does not predict load: choose the policy type TargetTrackingScaling or StepScaling.";

    /// <inheritdoc/>
    public async Task<PutScalingPolicyResponse> PutScalingPolicyAsync(
        PutScalingPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TargetNames.Check(request.ServiceNamespace!, request.ResourceId!, request.ScalableDimension);
        if (
            request.PolicyType == PolicyType.PredictiveScaling
            || request.PredictiveScalingPolicyConfiguration is not null
        )
            throw ValidationException(NoPrediction);
        var seen = _store.Current.Find(
            ApplicationAutoScalingTables.Policies,
            PolicyRecord.KeyOf(Scope.Of(context), request.ResourceId!, request.PolicyName!)
        );
        var policy = PolicyOf(_store.Current, Scope.Of(context), request);
        policy = policy.Tracking is null
            ? await PutStepsAsync(policy, seen, cancellation)
            : await PutTrackingAsync(policy, seen, cancellation);
        return new PutScalingPolicyResponse { PolicyARN = policy.Arn, Alarms = AlarmsOf(policy) };
    }

    /// <inheritdoc/>
    public async Task<DescribeScalingPoliciesResponse> DescribeScalingPoliciesAsync(
        DescribeScalingPoliciesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        string[] resources = request.ResourceId is { } resource ? [resource] : [];
        TargetNames.CheckFilter(request.ServiceNamespace!, resources, request.ScalableDimension, "ResourceId");
        var size = Paging.Size(request.MaxResults, Paging.OfPolicies);
        var after = Paging.After(request.NextToken, request, context);
        var names = request.PolicyNames ?? [];
        var scope = Scope.Of(context);
        var prefix = resources is [var only] ? ScalableTargetRecord.KeyOf(scope, only) + "/" : scope.Prefix;
        var policies =
            request.ServiceNamespace == ServiceNamespace.Ecs
                ? _store
                    .Current.Range(ApplicationAutoScalingTables.Policies, prefix, after)
                    .Where(policy => names.Count == 0 || names.Contains(policy.Name))
                : [];
        var (page, next) = PagingToken.Cut(policies, size, policy => policy.Key, request, context);
        var described = new List<ScalingPolicy>();
        foreach (var policy in page)
            described.Add(
                Describe(
                    policy,
                    policy.Tracking is null ? await _alarms.CustomersOfAsync(policy, cancellation) : AlarmsOf(policy)
                )
            );
        return new DescribeScalingPoliciesResponse { ScalingPolicies = described, NextToken = next };
    }

    /// <inheritdoc/>
    public async Task<DeleteScalingPolicyResponse> DeleteScalingPolicyAsync(
        DeleteScalingPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TargetNames.Check(request.ServiceNamespace!, request.ResourceId!, request.ScalableDimension);
        var left = await _store.CommitAsync(
            transaction =>
            {
                var key = PolicyRecord.KeyOf(Scope.Of(context), request.ResourceId!, request.PolicyName!);
                if (transaction.Find(ApplicationAutoScalingTables.Policies, key) is not { } policy)
                    throw ObjectNotFoundException(
                        $"No scaling policy found for service namespace: ecs, resource ID: {request.ResourceId}, "
                            + $"scalable dimension: {TargetNames.Dimension}, policy name: {request.PolicyName}"
                    );
                transaction.Delete(ApplicationAutoScalingTables.Policies, key);
                return Leave(transaction, policy.Scope, policy.Alarms, Now);
            },
            cancellation
        );
        await _alarms.TryDeleteAsync(left, cancellation);
        return new DeleteScalingPolicyResponse();
    }

    /// <inheritdoc/>
    public Task<GetPredictiveScalingForecastResponse> GetPredictiveScalingForecastAsync(
        GetPredictiveScalingForecastRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw ValidationException(NoPrediction);

    private async Task<PolicyRecord> PutStepsAsync(
        PolicyRecord policy,
        PolicyRecord? seen,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(transaction => Put(transaction, policy, seen), cancellation);
        return policy;
    }

    // Alarms are there before the policy is: their names stand among those to be deleted until it has them.
    private async Task<PolicyRecord> PutTrackingAsync(
        PolicyRecord policy,
        PolicyRecord? seen,
        CancellationToken cancellation
    )
    {
        await CheckTargetGroupAsync(policy, cancellation);
        policy = policy with { Alarms = TrackingAlarms.NamesFor(policy, _ids) };
        var intended = new LeftAlarms(policy.Scope, _ids.Next(), policy.Alarms, Now + AlarmKeeper.Patience);
        await _store.CommitAsync(it => it.Put(ApplicationAutoScalingTables.LeftAlarms, intended), cancellation);
        try
        {
            await _alarms.PutAsync(policy, cancellation);
        }
        catch (AwsException refused)
        {
            await GiveUpAsync(intended, cancellation);
            if (refused.StatusCode >= 500)
                throw;
            throw FailedResourceAccessException(refused.Message);
        }

        try
        {
            var left = await _store.CommitAsync(
                transaction =>
                {
                    Put(transaction, policy, seen);
                    transaction.Delete(ApplicationAutoScalingTables.LeftAlarms, intended.Key);
                    return Leave(transaction, policy.Scope, seen?.Alarms ?? [], Now);
                },
                cancellation
            );
            await _alarms.TryDeleteAsync(left, cancellation);
        }
        catch (AwsException)
        {
            await GiveUpAsync(intended, cancellation);
            throw;
        }

        return policy;
    }

    private async Task GiveUpAsync(LeftAlarms intended, CancellationToken cancellation)
    {
        var now = intended with { NotBefore = Now };
        await _store.CommitAsync(it => it.Put(ApplicationAutoScalingTables.LeftAlarms, now), cancellation);
        await _alarms.TryDeleteAsync([now], cancellation);
    }

    private async Task CheckTargetGroupAsync(PolicyRecord policy, CancellationToken cancellation)
    {
        if (policy.Tracking!.PredefinedMetricSpecification?.ResourceLabel is not { } label)
            return;
        var group = ResourceLabel.TryParse(label)!.TargetGroup;
        var service = await _services.FindAsync(policy.Scope, policy.ResourceId, cancellation);
        if (service?.TargetGroups.Any(arn => arn.EndsWith(":" + group, StringComparison.Ordinal)) != true)
            throw ValidationException($"Target group {group} is not attached to resource {policy.ResourceId}");
    }

    // What was decided on may be another by now.
    private static void Put(Transaction transaction, PolicyRecord policy, PolicyRecord? seen)
    {
        var target = TargetNames.Require(transaction, policy.Scope, policy.ResourceId, "registered");
        if (
            target.Id != policy.TargetId
            || !ReferenceEquals(transaction.Find(ApplicationAutoScalingTables.Policies, policy.Key), seen)
        )
            throw ConcurrentUpdateException(
                $"The scaling policy {policy.Name} is being changed by somebody else. Try again."
            );
        transaction.Put(ApplicationAutoScalingTables.Policies, policy);
    }

    private PolicyRecord PolicyOf(View view, Scope scope, PutScalingPolicyRequest request)
    {
        var target = TargetNames.Require(view, scope, request.ResourceId!, "registered");
        var before = view.Find(
            ApplicationAutoScalingTables.Policies,
            PolicyRecord.KeyOf(scope, request.ResourceId!, request.PolicyName!)
        );
        var type = request.PolicyType
            ?? before?.Type
            ?? (
                request.TargetTrackingScalingPolicyConfiguration is null
                    ? PolicyType.StepScaling
                    : PolicyType.TargetTrackingScaling
            );
        if (before is not null && before.Type != type)
            throw ValidationException("The type of a scaling policy cannot be changed");
        var others = view.Range(ApplicationAutoScalingTables.Policies, target.Prefix)
            .Where(policy => policy.Name != request.PolicyName)
            .ToList();
        if (before is null && others.Count >= Quotas.Policies)
            throw LimitExceededException($"A scalable target can have at most {Quotas.Policies} scaling policies.");
        var policy = new PolicyRecord
        {
            Scope = scope,
            ResourceId = request.ResourceId!,
            TargetId = target.Id,
            Name = request.PolicyName!,
            Type = type,
            CreatedAt = before?.CreatedAt ?? Now,
            CreatedBy = before?.CreatedBy ?? _ids.Next(),
        };
        if (type == PolicyType.StepScaling)
        {
            if (request.TargetTrackingScalingPolicyConfiguration is not null)
                throw ValidationException(
                    "A policy of type StepScaling has no TargetTrackingScalingPolicyConfiguration"
                );
            return policy with { Steps = StepRequests.Apply(before?.Steps, request.StepScalingPolicyConfiguration) };
        }

        if (request.StepScalingPolicyConfiguration is not null)
            throw ValidationException("A policy of type TargetTrackingScaling has no StepScalingPolicyConfiguration");
        var tracking = TrackingRequests.Apply(before?.Tracking, request.TargetTrackingScalingPolicyConfiguration);
        if (others.Any(other => other.Tracking is { } its && TrackingRequests.MeasureTheSame(its, tracking)))
            throw ValidationException(
                "Only one TargetTrackingScaling policy for a given metric specification is allowed."
            );
        return policy with { Tracking = tracking };
    }

    private IReadOnlyList<LeftAlarms> Leave(
        Transaction transaction,
        Scope scope,
        IReadOnlyList<string> alarms,
        DateTimeOffset now
    )
    {
        if (alarms.Count == 0)
            return [];
        var left = new LeftAlarms(scope, _ids.Next(), alarms, now);
        transaction.Put(ApplicationAutoScalingTables.LeftAlarms, left);
        return [left];
    }

    private static IReadOnlyList<Alarm> AlarmsOf(PolicyRecord policy) =>
        [
            .. policy.Alarms.Select(name => new Alarm
            {
                AlarmName = name,
                AlarmARN = new Arn(
                    "cloudwatch",
                    policy.Scope.Region,
                    policy.Scope.AccountId,
                    "alarm:" + name
                ).ToString(),
            }),
        ];

    private static ScalingPolicy Describe(PolicyRecord policy, IReadOnlyList<Alarm> alarms) =>
        new()
        {
            PolicyARN = policy.Arn,
            PolicyName = policy.Name,
            ServiceNamespace = ServiceNamespace.Ecs,
            ResourceId = policy.ResourceId,
            ScalableDimension = TargetNames.Dimension,
            PolicyType = policy.Type,
            StepScalingPolicyConfiguration = policy.Steps,
            TargetTrackingScalingPolicyConfiguration = policy.Tracking,
            Alarms = alarms,
            CreationTime = policy.CreatedAt,
        };
}
