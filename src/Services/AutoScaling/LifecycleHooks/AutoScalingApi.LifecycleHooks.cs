using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.AutoScaling.LifecycleHooks;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.State;

namespace Estiba.AutoScaling;

/// <content>Lifecycle hooks and their actions.</content>
public sealed partial class AutoScalingApi
{
    private const int LeastHeartbeat = 30;
    private const int MostHeartbeat = 7200;

    /// <inheritdoc/>
    public async Task<PutLifecycleHookAnswer> PutLifecycleHookAsync(
        PutLifecycleHookType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var scope = Scope.Of(context);
        var group = Require(_store.Current, scope, request.AutoScalingGroupName!);
        var before = _store.Current.Find(
            AutoScalingTables.Hooks,
            HookRecord.KeyOf(scope, group.Name, request.LifecycleHookName!)
        );
        var hook = Checked(
            new HookRecord
            {
                Scope = scope,
                Group = group.Name,
                Name = request.LifecycleHookName!,
                Transition = request.LifecycleTransition
                    ?? before?.Transition
                    ?? throw Validation.Error("Lifecycle Transition must be specified for a new lifecycle hook."),
                Heartbeat = request.HeartbeatTimeout ?? before?.Heartbeat ?? 3600,
                Default = request.DefaultResult ?? before?.Default ?? LifecycleAction.Abandon,
                // An empty one takes it away.
                Target = request.NotificationTargetARN is { } target
                    ? (target.Length > 0 ? target : null)
                    : before?.Target,
                Role = request.RoleARN ?? before?.Role,
                Metadata = request.NotificationMetadata ?? before?.Metadata,
            }
        );
        if (hook.Target is not null && hook.Target != before?.Target)
            await TestAsync(hook, group, cancellation);
        await _store.CommitAsync(
            transaction =>
            {
                Require(transaction, scope, group.Name);
                if (
                    transaction.Find(AutoScalingTables.Hooks, hook.Key) is null
                    && transaction.Count(AutoScalingTables.Hooks, group.Prefix) >= Quotas.LifecycleHooks
                )
                    throw AutoScalingErrors.LimitExceededFault(
                        $"An Auto Scaling group can have at most {Quotas.LifecycleHooks} lifecycle hooks."
                    );
                transaction.Put(AutoScalingTables.Hooks, hook);
            },
            cancellation
        );
        return new PutLifecycleHookAnswer();
    }

    /// <inheritdoc/>
    public Task<DescribeLifecycleHooksAnswer> DescribeLifecycleHooksAsync(
        DescribeLifecycleHooksType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var group = Require(_store.Current, Scope.Of(context), request.AutoScalingGroupName!, ofDeleting: true);
        var names = request.LifecycleHookNames ?? [];
        return Task.FromResult(
            new DescribeLifecycleHooksAnswer
            {
                LifecycleHooks =
                [
                    .. _store
                        .Current.Range(AutoScalingTables.Hooks, group.Prefix)
                        .Where(hook => names.Count == 0 || names.Contains(hook.Name))
                        .Select(hook => new LifecycleHook
                        {
                            LifecycleHookName = hook.Name,
                            AutoScalingGroupName = hook.Group,
                            LifecycleTransition = hook.Transition,
                            NotificationTargetARN = hook.Target,
                            RoleARN = hook.Role,
                            NotificationMetadata = hook.Metadata,
                            HeartbeatTimeout = hook.Heartbeat,
                            GlobalTimeout = hook.Global,
                            DefaultResult = hook.Default,
                        }),
                ],
            }
        );
    }

    /// <inheritdoc/>
    public async Task<DeleteLifecycleHookAnswer> DeleteLifecycleHookAsync(
        DeleteLifecycleHookType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var group = Require(transaction, Scope.Of(context), request.AutoScalingGroupName!);
                var key = HookRecord.KeyOf(group.Scope, group.Name, request.LifecycleHookName!);
                if (transaction.Find(AutoScalingTables.Hooks, key) is not { } hook)
                    throw Validation.Error($"No Lifecycle Hook found with name: {request.LifecycleHookName}");
                transaction.Delete(AutoScalingTables.Hooks, key);
                // "… any outstanding lifecycle actions are completed first": ABANDON for launches, CONTINUE for ends.
                var result =
                    hook.Transition == HookRecord.Launching ? LifecycleAction.Abandon : LifecycleAction.Continue;
                foreach (
                    var instance in transaction
                        .Range(AutoScalingTables.Instances, group.Prefix)
                        .Where(instance => instance.Actions.Any(action => action.Hook == hook.Name))
                        .ToList()
                )
                    Change(
                        transaction,
                        instance,
                        action => action.Hook == hook.Name,
                        action => action with { Result = action.Result ?? result }
                    );
            },
            cancellation
        );
        return new DeleteLifecycleHookAnswer();
    }

    /// <inheritdoc/>
    public async Task<CompleteLifecycleActionAnswer> CompleteLifecycleActionAsync(
        CompleteLifecycleActionType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.LifecycleActionResult is not (LifecycleAction.Continue or LifecycleAction.Abandon))
            throw Validation.Error("Lifecycle Action Result must be one of [CONTINUE, ABANDON].");
        await _store.CommitAsync(
            transaction =>
                Change(
                    transaction,
                    Scope.Of(context),
                    request.AutoScalingGroupName!,
                    request.LifecycleHookName!,
                    request.LifecycleActionToken,
                    request.InstanceId,
                    action => action with { Result = request.LifecycleActionResult }
                ),
            cancellation
        );
        return new CompleteLifecycleActionAnswer();
    }

    /// <inheritdoc/>
    public async Task<RecordLifecycleActionHeartbeatAnswer> RecordLifecycleActionHeartbeatAsync(
        RecordLifecycleActionHeartbeatType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var group = Require(transaction, scope, request.AutoScalingGroupName!);
                var hook = transaction.Find(
                    AutoScalingTables.Hooks,
                    HookRecord.KeyOf(scope, group.Name, request.LifecycleHookName!)
                );
                Change(
                    transaction,
                    scope,
                    group.Name,
                    request.LifecycleHookName!,
                    request.LifecycleActionToken,
                    request.InstanceId,
                    action =>
                        action with
                        {
                            Until = Earlier(action.Latest, Now.AddSeconds(hook?.Heartbeat ?? MostHeartbeat)),
                        }
                );
            },
            cancellation
        );
        return new RecordLifecycleActionHeartbeatAnswer();
    }

    private static IReadOnlyList<HookRecord> HooksOf(
        GroupRecord group,
        IReadOnlyList<LifecycleHookSpecification> specifications
    )
    {
        if (specifications.Count > Quotas.LifecycleHooks)
            throw AutoScalingErrors.LimitExceededFault(
                $"An Auto Scaling group can have at most {Quotas.LifecycleHooks} lifecycle hooks."
            );
        return
        [
            .. specifications.Select(each =>
                Checked(
                    new HookRecord
                    {
                        Scope = group.Scope,
                        Group = group.Name,
                        Name = each.LifecycleHookName!,
                        Transition = each.LifecycleTransition!,
                        Heartbeat = each.HeartbeatTimeout ?? 3600,
                        Default = each.DefaultResult ?? LifecycleAction.Abandon,
                        Target = each.NotificationTargetARN is { Length: > 0 } target ? target : null,
                        Role = each.RoleARN,
                        Metadata = each.NotificationMetadata,
                    }
                )
            ),
        ];
    }

    private static HookRecord Checked(HookRecord hook)
    {
        if (hook.Transition is not (HookRecord.Launching or HookRecord.Terminating))
            throw Validation.Error(
                $"Lifecycle Transition must be one of [{HookRecord.Launching}, {HookRecord.Terminating}]."
            );
        if (hook.Heartbeat is < LeastHeartbeat or > MostHeartbeat)
            throw Validation.Error($"Heartbeat Timeout must be between {LeastHeartbeat} and {MostHeartbeat} seconds.");
        if (hook.Default is not (LifecycleAction.Continue or LifecycleAction.Abandon))
            throw Validation.Error("Default Result must be one of [CONTINUE, ABANDON].");
        if (hook.Target is not null && !(Arn.TryParse(hook.Target, out var target) && target.Service is "sns" or "sqs"))
            throw Validation.Error("The notification target must be the ARN of an SNS topic or an SQS queue.");
        return hook;
    }

    private async Task TestAsync(HookRecord hook, GroupRecord group, CancellationToken cancellation)
    {
        try
        {
            await _hookTargets.TestAsync(hook, group, Now, cancellation);
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            throw Validation.Error(
                $"Unable to publish test message to notification target {hook.Target}. {refused.Message}"
            );
        }
    }

    private static void Change(
        Transaction transaction,
        Scope scope,
        string groupName,
        string hook,
        string? token,
        string? instanceId,
        Func<LifecycleAction, LifecycleAction> change
    )
    {
        var group = Require(transaction, scope, groupName);
        if (token is null && instanceId is null)
            throw Validation.Error("Either LifecycleActionToken or InstanceId must be specified.");
        bool Is(LifecycleAction action) =>
            action.Hook == hook && action.Result is null && (token is null || action.Token == token);
        var instance = transaction
            .Range(AutoScalingTables.Instances, group.Prefix)
            .FirstOrDefault(each => (instanceId is null || each.InstanceId == instanceId) && each.Actions.Any(Is));
        if (instance is null)
            throw Validation.Error(
                instanceId is null
                    ? $"No active Lifecycle Action found with token {token}"
                    : $"No active Lifecycle Action found with instance ID {instanceId}"
            );
        Change(transaction, instance, Is, change);
    }

    private static void Change(
        Transaction transaction,
        GroupInstanceRecord instance,
        Func<LifecycleAction, bool> which,
        Func<LifecycleAction, LifecycleAction> change
    ) =>
        transaction.Put(
            AutoScalingTables.Instances,
            instance with
            {
                Actions = [.. instance.Actions.Select(action => which(action) ? change(action) : action)],
            }
        );

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
