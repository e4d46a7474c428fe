using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.Contracts;
using Estiba.Hosting.Alarms;
using Estiba.State;

namespace Estiba.AutoScaling.Policies;

/// <summary>
/// Does what alarms ask of scaling policies: another capacity is wanted, and the group's reconciler makes it so. Asked
/// twice for one change it does nothing more: what it has asked for is on its way then.
/// </summary>
internal sealed class AlarmScaling(Store store, TimeProvider time) : IAlarmAction
{
    private const string ResourceType = "scalingPolicy:";
    private const string OfGroup = ":autoScalingGroupName/";
    private const string PolicyName = ":policyName/";

    public bool Takes(string arn) => TryParse(arn) is not null;

    public Task RunAsync(string arn, AlarmStateChange change, CancellationToken cancellation) =>
        store.CommitAsync(
            transaction =>
            {
                if (
                    TryParse(arn) is not { } named
                    || transaction.Find(AutoScalingTables.Policies, named.Key) is not { } policy
                    || policy.Arn != arn
                    || transaction.Find(AutoScalingTables.Groups, policy.GroupKey) is not { } group
                )
                    throw Validation.Error($"No scaling policy found for the ARN {arn}");
                if (!policy.IsEnabled || group.IsDeleting || !group.Runs(ScalingProcess.AlarmNotification))
                    return;
                if (policy.Target is not null && change.NewState != "ALARM")
                    return;
                Run(
                    transaction,
                    group,
                    policy,
                    change.Value,
                    change.Threshold,
                    honorsCooldown: true,
                    $"a monitor alarm {NameOf(change.AlarmArn)} in state {change.NewState} triggered policy {policy.Name}",
                    time.GetUtcNow()
                );
            },
            cancellation
        );

    /// <summary>Has a policy change its group's desired capacity.</summary>
    /// <param name="transaction">Where it is written.</param>
    /// <param name="group">The group.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="value">The newest value of the metric.</param>
    /// <param name="threshold">What it is compared with.</param>
    /// <param name="honorsCooldown">Whether simple scaling waits for the cooldown.</param>
    /// <param name="by">Who or what asks for it.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether a cooldown stood in its way.</returns>
    internal static bool Run(
        Transaction transaction,
        GroupRecord group,
        PolicyRecord policy,
        double? value,
        double? threshold,
        bool honorsCooldown,
        string by,
        DateTimeOffset now
    )
    {
        var isSimple = policy.Type == PolicyRecord.Simple;
        if (isSimple && honorsCooldown && group.ScaledAt is { } at)
        {
            if (now < at.AddSeconds(group.ScaledCooldown ?? group.Cooldown))
                return true;
        }

        var state = StateOf(transaction, group, policy, value, now);
        if (PolicyDecision.Of(policy, value, threshold, state) is not { } wanted)
            return false;
        var after = group.Wanting(wanted, by, now);
        if (isSimple)
            after = after with { ScaledAt = now, ScaledCooldown = policy.Cooldown };
        transaction.Put(AutoScalingTables.Groups, after);
        return false;
    }

    private static ScalingState StateOf(
        Transaction transaction,
        GroupRecord group,
        PolicyRecord policy,
        double? value,
        DateTimeOffset now
    )
    {
        var warmup = policy.Warmup ?? group.DefaultWarmup ?? group.Cooldown;
        var warm = transaction
            .Range(AutoScalingTables.Instances, group.Prefix)
            .Count(each =>
                each is { State: Lifecycle.InService, InServiceAt: { } since } && since.AddSeconds(warmup) <= now
            );
        return new ScalingState(
            group.Desired,
            group.Min,
            group.Max,
            warm,
            OthersScaleIn(transaction, group, policy, value, now)
        );
    }

    // Only when all that track a target and may scale in want to, the group does.
    private static bool OthersScaleIn(
        Transaction transaction,
        GroupRecord group,
        PolicyRecord policy,
        double? value,
        DateTimeOffset now
    )
    {
        if (policy.Target is not { } target)
            return true;
        var others = transaction
            .Range(AutoScalingTables.Policies, group.Prefix)
            .Where(other => other is { IsEnabled: true, Target.DisableScaleIn: not true } && other.Name != policy.Name)
            .ToList();
        if (others.Count == 0)
            return true;
        var before = transaction.Find(AutoScalingTables.Progress, group.Key)
            ?? new GroupProgressRecord { Scope = group.Scope, Group = group.Name };
        var heard = before
            .ScaleIns.Where(wish => wish.Policy != policy.Name && wish.At + ScaleInWish.Life > now)
            .ToList();
        if (value is { } measured && PolicyDecision.ScalesIn(target, measured))
            transaction.Put(
                AutoScalingTables.Progress,
                before with
                {
                    ScaleIns = [.. heard, new ScaleInWish(policy.Name, now)],
                }
            );
        return others.TrueForAll(other => heard.Exists(wish => wish.Policy == other.Name));
    }

    private static Named? TryParse(string text)
    {
        if (
            !Arn.TryParse(text, out var arn)
            || arn.Service != "autoscaling"
            || !arn.Resource.StartsWith(ResourceType, StringComparison.Ordinal)
        )
            return null;
        var group = arn.Resource.IndexOf(OfGroup, StringComparison.Ordinal);
        var name = arn.Resource.IndexOf(PolicyName, StringComparison.Ordinal);
        if (group < 0 || name < group)
            return null;
        return new Named(
            PolicyRecord.KeyOf(
                new Scope(arn.AccountId, arn.Region),
                arn.Resource[(group + OfGroup.Length)..name],
                arn.Resource[(name + PolicyName.Length)..]
            )
        );
    }

    private static string NameOf(string alarmArn) =>
        Arn.TryParse(alarmArn, out var arn) && arn.Resource.StartsWith("alarm:", StringComparison.Ordinal)
            ? arn.Resource["alarm:".Length..]
            : alarmArn;

    private sealed record Named(string Key);
}
