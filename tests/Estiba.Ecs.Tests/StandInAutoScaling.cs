using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.Ecs.Tests;

/// <summary>Auto Scaling with one group, <c>hosts</c>, whose instances are as a test says.</summary>
internal sealed class StandInAutoScaling : IAutoScalingApi
{
    public const string Group =
        "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:id:autoScalingGroupName/hosts";

    /// <summary>The instances of the group and where they are in their lives; null as long as there is no
    /// group.</summary>
    public SortedDictionary<string, string>? Instances { get; set; }

    public HashSet<string> Protected { get; } = [];

    /// <summary>Whether the group protects instances as they come.</summary>
    public bool Protects { get; set; } = true;

    public Dictionary<string, PutScalingPolicyType> Policies { get; } = [];

    public Dictionary<string, PutLifecycleHookType> Hooks { get; } = [];

    /// <summary>The instances whose termination may go on.</summary>
    public HashSet<string> Released { get; } = [];

    public Task<AutoScalingGroupsType> DescribeAutoScalingGroupsAsync(
        AutoScalingGroupNamesType request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new AutoScalingGroupsType
            {
                AutoScalingGroups =
                    Instances is null || !request.AutoScalingGroupNames!.Contains("hosts")
                        ? []
                        :
                        [
                            new AutoScalingGroup
                            {
                                AutoScalingGroupName = "hosts",
                                NewInstancesProtectedFromScaleIn = Protects,
                                Instances =
                                [
                                    .. Instances.Select(each => new Instance
                                    {
                                        InstanceId = each.Key,
                                        LifecycleState = each.Value,
                                        ProtectedFromScaleIn = Protected.Contains(each.Key),
                                    }),
                                ],
                            },
                        ],
            }
        );

    public Task<PoliciesType> DescribePoliciesAsync(
        DescribePoliciesType request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new PoliciesType
            {
                ScalingPolicies =
                [
                    .. Policies
                        .Values.Where(policy => request.PolicyNames!.Contains(policy.PolicyName!))
                        .Select(policy => new ScalingPolicy
                        {
                            PolicyName = policy.PolicyName,
                            EstimatedInstanceWarmup = policy.EstimatedInstanceWarmup,
                            TargetTrackingConfiguration = policy.TargetTrackingConfiguration,
                        }),
                ],
            }
        );

    public Task<PolicyARNType> PutScalingPolicyAsync(
        PutScalingPolicyType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Policies[request.PolicyName!] = request;
        return Task.FromResult(new PolicyARNType());
    }

    public Task<DeletePolicyResponse> DeletePolicyAsync(
        DeletePolicyType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Policies.Remove(request.PolicyName!);
        return Task.FromResult(new DeletePolicyResponse());
    }

    public Task<DescribeLifecycleHooksAnswer> DescribeLifecycleHooksAsync(
        DescribeLifecycleHooksType request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeLifecycleHooksAnswer
            {
                LifecycleHooks = [.. Hooks.Keys.Select(name => new LifecycleHook { LifecycleHookName = name })],
            }
        );

    public Task<PutLifecycleHookAnswer> PutLifecycleHookAsync(
        PutLifecycleHookType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Hooks[request.LifecycleHookName!] = request;
        return Task.FromResult(new PutLifecycleHookAnswer());
    }

    public Task<DeleteLifecycleHookAnswer> DeleteLifecycleHookAsync(
        DeleteLifecycleHookType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Hooks.Remove(request.LifecycleHookName!);
        return Task.FromResult(new DeleteLifecycleHookAnswer());
    }

    public Task<CompleteLifecycleActionAnswer> CompleteLifecycleActionAsync(
        CompleteLifecycleActionType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Released.Add(request.InstanceId!);
        return Task.FromResult(new CompleteLifecycleActionAnswer());
    }

    public Task<SetInstanceProtectionAnswer> SetInstanceProtectionAsync(
        SetInstanceProtectionQuery request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        foreach (var id in request.InstanceIds!)
        {
            if (request.ProtectedFromScaleIn == true)
                Protected.Add(id);
            else
                Protected.Remove(id);
        }

        return Task.FromResult(new SetInstanceProtectionAnswer());
    }
}
