using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.CloudWatch;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.AutoScaling.Policies;

/// <summary>Makes and deletes the alarms of policies through CloudWatch's API, and says which alarms a policy
/// has.</summary>
/// <param name="store">The state.</param>
/// <param name="cloudWatch">CloudWatch, called by this service.</param>
/// <param name="ids">Makes request ids.</param>
/// <param name="logger">Hears what is left for later.</param>
internal sealed partial class AlarmKeeper(Store store, ICloudWatchApi cloudWatch, UniqueIds ids, ILogger logger)
{
    /// <summary>Makes the alarms of a policy, or makes them as they should be.</summary>
    /// <exception cref="AwsException">CloudWatch refuses.</exception>
    internal async Task PutAsync(PolicyRecord policy, CancellationToken cancellation)
    {
        foreach (var alarm in TrackingAlarms.Of(policy))
            await cloudWatch.PutMetricAlarmAsync(alarm, ServiceIdentity.ContextOf(policy.Scope, ids), cancellation);
    }

    /// <summary>Whether all alarms of a policy are there.</summary>
    internal async Task<bool> HasAllAsync(PolicyRecord policy, CancellationToken cancellation)
    {
        var found = await cloudWatch.DescribeAlarmsAsync(
            new DescribeAlarmsInput { AlarmNames = policy.Alarms },
            ServiceIdentity.ContextOf(policy.Scope, ids),
            cancellation
        );
        return policy.Alarms.All(name => (found.MetricAlarms ?? []).Any(alarm => alarm.AlarmName == name));
    }

    /// <summary>The alarms that ask a policy of a customer to scale: those that name it in their actions.</summary>
    internal async Task<IReadOnlyList<Alarm>> CustomersOfAsync(PolicyRecord policy, CancellationToken cancellation)
    {
        var found = await cloudWatch.DescribeAlarmsAsync(
            new DescribeAlarmsInput { ActionPrefix = policy.Arn },
            ServiceIdentity.ContextOf(policy.Scope, ids),
            cancellation
        );
        return
        [
            .. (found.MetricAlarms ?? [])
                .Where(alarm =>
                    new[] { alarm.AlarmActions, alarm.OKActions, alarm.InsufficientDataActions }
                        .SelectMany(actions => actions ?? [])
                        .Contains(policy.Arn)
                )
                .Select(alarm => new Alarm { AlarmName = alarm.AlarmName, AlarmARN = alarm.AlarmArn }),
        ];
    }

    /// <summary>Alarms that were left, by their key.</summary>
    internal LeftAlarms? Find(string key) => store.Current.Find(AutoScalingTables.LeftAlarms, key);

    /// <summary>Deletes alarms that were left; those that are not there any more are passed over.</summary>
    internal async Task DeleteAsync(LeftAlarms left, CancellationToken cancellation)
    {
        foreach (var name in left.Names)
        {
            try
            {
                await cloudWatch.DeleteAlarmsAsync(
                    new DeleteAlarmsInput { AlarmNames = [name] },
                    ServiceIdentity.ContextOf(left.Scope, ids),
                    cancellation
                );
            }
            catch (AwsException gone) when (gone.Code is "ResourceNotFound" or "ResourceNotFoundException")
            {
                // Somebody else has deleted it.
            }
        }

        await store.CommitAsync(it => it.Delete(AutoScalingTables.LeftAlarms, left.Key), cancellation);
    }

    /// <summary>Deletes the alarms that a group or policy has just left, so that whoever asked for it finds them gone;
    /// where that cannot be, the controller goes on.</summary>
    internal async Task TryDeleteAsync(Scope scope, CancellationToken cancellation)
    {
        foreach (var left in store.Current.Range(AutoScalingTables.LeftAlarms, scope.Prefix).ToList())
        {
            try
            {
                await DeleteAsync(left, cancellation);
            }
            catch (AwsException refused)
            {
                Log.Left(logger, string.Join(", ", left.Names), refused);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Alarms are left to be deleted later: {Names}")]
        internal static partial void Left(ILogger logger, string names, Exception refused);
    }
}

/// <summary>Makes the alarms of a policy where they are missing; by the policy's key.</summary>
internal sealed class AlarmReconciler(Store store, AlarmKeeper alarms) : IReconciler<string>
{
    /// <summary>How often to look after them: nothing tells that an alarm is gone.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        if (store.Current.Find(AutoScalingTables.Policies, key) is not { Alarms.Count: > 0 } policy)
            return null;
        if (!await alarms.HasAllAsync(policy, cancellation))
            await alarms.PutAsync(policy, cancellation);
        return Interval;
    }
}

/// <summary>Deletes alarms that were left; by the key of what is left.</summary>
internal sealed class LeftAlarmReconciler(AlarmKeeper alarms) : IReconciler<string>
{
    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        if (alarms.Find(key) is { } left)
            await alarms.DeleteAsync(left, cancellation);
        return null;
    }
}
