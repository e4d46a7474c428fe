using Estiba.ApplicationAutoScaling.Policies;
using Estiba.ApplicationAutoScaling.ScalableTargets;
using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.Contracts.CloudWatch;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.ApplicationAutoScaling.TargetTracking;

/// <summary>Makes and deletes the alarms of policies through CloudWatch's API, and says which alarms a policy
/// has.</summary>
/// <param name="store">The state.</param>
/// <param name="cloudWatch">CloudWatch, called as <see cref="EcsServices.ServicePrincipal"/>.</param>
/// <param name="services">Says who calls.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears what is left for later.</param>
internal sealed partial class AlarmKeeper(
    Store store,
    ICloudWatchApi cloudWatch,
    EcsServices services,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>How long alarms may be without a policy while one is being put.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Makes the alarms of a policy, or makes them as they should be.</summary>
    /// <exception cref="AwsException">CloudWatch refuses.</exception>
    internal async Task PutAsync(PolicyRecord policy, CancellationToken cancellation)
    {
        foreach (var alarm in TrackingAlarms.Of(policy))
            await cloudWatch.PutMetricAlarmAsync(alarm, services.ContextOf(policy.Scope), cancellation);
    }

    /// <summary>Whether all alarms of a policy are there.</summary>
    internal async Task<bool> HasAllAsync(PolicyRecord policy, CancellationToken cancellation)
    {
        var found = await cloudWatch.DescribeAlarmsAsync(
            new DescribeAlarmsInput { AlarmNames = policy.Alarms },
            services.ContextOf(policy.Scope),
            cancellation
        );
        return policy.Alarms.All(name => (found.MetricAlarms ?? []).Any(alarm => alarm.AlarmName == name));
    }

    /// <summary>The alarms that ask a policy of steps to scale: those of customers, which name it in their
    /// actions.</summary>
    /// <exception cref="AwsException">CloudWatch does not say.</exception>
    internal async Task<IReadOnlyList<Alarm>> CustomersOfAsync(PolicyRecord policy, CancellationToken cancellation)
    {
        try
        {
            var found = await cloudWatch.DescribeAlarmsAsync(
                new DescribeAlarmsInput { ActionPrefix = policy.Arn },
                services.ContextOf(policy.Scope),
                cancellation
            );
            return
            [
                .. (found.MetricAlarms ?? [])
                    .Where(alarm => Names(alarm, policy))
                    .Select(alarm => new Alarm { AlarmName = alarm.AlarmName, AlarmARN = alarm.AlarmArn }),
            ];
        }
        catch (AwsException refused)
        {
            throw ApplicationAutoScalingErrors.FailedResourceAccessException(refused.Message);
        }
    }

    /// <summary>Deletes alarms that were left; those that are not there any more are passed over.</summary>
    /// <returns>After which time to look again; null when nothing is left.</returns>
    internal async Task<TimeSpan?> DeleteAsync(string key, CancellationToken cancellation)
    {
        if (store.Current.Find(ApplicationAutoScalingTables.LeftAlarms, key) is not { } left)
            return null;
        if (left.NotBefore - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
            return wait;
        foreach (var name in left.Names)
        {
            try
            {
                await cloudWatch.DeleteAlarmsAsync(
                    new DeleteAlarmsInput { AlarmNames = [name] },
                    services.ContextOf(left.Scope),
                    cancellation
                );
            }
            catch (AwsException gone) when (gone.Code is "ResourceNotFound" or "ResourceNotFoundException")
            {
                // Somebody else has deleted it.
            }
        }

        await store.CommitAsync(it => it.Delete(ApplicationAutoScalingTables.LeftAlarms, key), cancellation);
        return null;
    }

    /// <summary>Deletes alarms that were left at once where it can be done, so that whoever asked for it finds them
    /// gone; else the controller goes on.</summary>
    internal async Task TryDeleteAsync(IEnumerable<LeftAlarms> left, CancellationToken cancellation)
    {
        foreach (var each in left)
        {
            try
            {
                await DeleteAsync(each.Key, cancellation);
            }
            catch (AwsException refused)
            {
                Log.Left(logger, string.Join(", ", each.Names), refused);
            }
        }
    }

    // The ARN of one policy may be the beginning of another's.
    private static bool Names(MetricAlarm alarm, PolicyRecord policy) =>
        new[] { alarm.AlarmActions, alarm.OKActions, alarm.InsufficientDataActions }
            .SelectMany(actions => actions ?? [])
            .Any(action => PolicyArn.TryParse(action)?.Name == policy.Name);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Alarms are left to be deleted later: {Names}")]
        internal static partial void Left(ILogger logger, string names, Exception refused);
    }
}
