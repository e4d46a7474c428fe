using Estiba.ApplicationAutoScaling.Activities;
using Estiba.ApplicationAutoScaling.Capacity;
using Estiba.ApplicationAutoScaling.Policies;
using Estiba.ApplicationAutoScaling.ScalableTargets;
using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.Hosting.Alarms;
using Estiba.State;

namespace Estiba.ApplicationAutoScaling.Scaling;

/// <summary>
/// Does what alarms ask of scaling policies: asks ECS how the service is, decides, and writes down what is to be.
/// <see cref="CapacityReconciler"/> tells ECS, so that nothing is lost where the platform ends in between.
/// </summary>
internal sealed class AlarmScaling(Store store, EcsServices services, ActivityLog activities, TimeProvider time)
    : IAlarmAction
{
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromSeconds(10);

    public bool Takes(string arn) => PolicyArn.TryParse(arn) is not null;

    public async Task RunAsync(string arn, AlarmStateChange change, CancellationToken cancellation)
    {
        var named = PolicyArn.TryParse(arn);
        if (named is null || Find(store.Current, named) is null)
            throw NoPolicy(arn);
        if (await services.FindAsync(named.Scope, named.ResourceId, cancellation) is not { } service)
            throw ApplicationAutoScalingErrors.ObjectNotFoundException(
                $"ECS service doesn't exist: {named.ResourceId}"
            );
        await store.CommitAsync(
            transaction =>
            {
                if (
                    Find(transaction, named) is not { } policy
                    || transaction.Find(ApplicationAutoScalingTables.Targets, policy.TargetKey) is not { } target
                )
                    throw NoPolicy(arn);
                Decide(transaction, target, policy, change, service);
            },
            cancellation
        );
    }

    private void Decide(
        Transaction transaction,
        ScalableTargetRecord target,
        PolicyRecord policy,
        AlarmStateChange change,
        ServiceState service
    )
    {
        var now = time.GetUtcNow();
        var before = transaction.Find(ApplicationAutoScalingTables.Capacities, target.Key)
            ?? new CapacityRecord { Scope = target.Scope, ResourceId = target.ResourceId };
        // After a crash an alarm asks for the same again.
        if (Asked(before.LastOut, change, now) || Asked(before.LastIn, change, now))
            return;
        var policies = transaction.Range(ApplicationAutoScalingTables.Policies, target.Prefix).ToList();
        var state = PolicyDecision.StateFor(target, service, before, policy, policies, now);
        var verdict = PolicyDecision.Of(policy, change, state);
        var after = before with { Signals = Heard(before.Signals, policy, policies, verdict, now) };
        var cause =
            $"monitor alarm {NameOf(change.AlarmArn)} in state {change.NewState} triggered policy {policy.Name}";
        if (verdict.Count is not null)
            after = CapacityRequests.Replace(transaction, after, state, verdict, cause, activities, change);
        else if (verdict.NotScaled is { } reason)
            activities.NotScaled(transaction, target.Scope, target.ResourceId, reason, cause, now);
        if (after.Wish != before.Wish || !after.Signals.SequenceEqual(before.Signals))
            transaction.Put(ApplicationAutoScalingTables.Capacities, after);
    }

    // A policy that is alone needs to know of no others.
    private static IReadOnlyList<PolicySignal> Heard(
        IReadOnlyList<PolicySignal> before,
        PolicyRecord policy,
        IReadOnlyList<PolicyRecord> policies,
        Verdict verdict,
        DateTimeOffset now
    )
    {
        if (policies.Count < 2)
            return [];
        var others = before.Where(signal => signal.Policy != policy.Name && signal.At + PolicySignal.Life > now);
        return verdict.Wanted is { } wanted
            ? [.. others, new PolicySignal(policy.Name, now, wanted, verdict.ScalesIn)]
            : [.. others];
    }

    // A change comes once; that it lasts has the same time, and is asked no sooner than after the shortest period.
    private static bool Asked(CapacityChange? last, AlarmStateChange change, DateTimeOffset now) =>
        last?.Alarm == change.AlarmArn
        && last.AlarmTime == change.Time
        && (change.OldState != change.NewState || now - last.At < ShortestPeriod);

    private static PolicyRecord? Find(View view, PolicyArn named) =>
        view.Find(ApplicationAutoScalingTables.Policies, PolicyRecord.KeyOf(named.Scope, named.ResourceId, named.Name))
            is { } policy
        && policy.TargetId == named.TargetId
            ? policy
            : null;

    private static string NameOf(string alarmArn) =>
        Arn.TryParse(alarmArn, out var arn) && arn.ResourceName.Length > 0
            ? arn.Resource[(arn.Resource.IndexOf(':', StringComparison.Ordinal) + 1)..]
            : alarmArn;

    private static AwsException NoPolicy(string arn) =>
        ApplicationAutoScalingErrors.ObjectNotFoundException($"No scaling policy found for the ARN {arn}");
}
