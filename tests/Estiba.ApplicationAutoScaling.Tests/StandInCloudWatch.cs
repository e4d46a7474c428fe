using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.ApplicationAutoScaling.Tests;

/// <summary>Keeps alarms, and evaluates none.</summary>
internal sealed class StandInCloudWatch : ICloudWatchApi
{
    /// <summary>The alarms by name.</summary>
    public SortedDictionary<string, PutMetricAlarmInput> Alarms { get; } = new(StringComparer.Ordinal);

    /// <summary>Why alarms are refused; null when they are not.</summary>
    public AwsException? Refusal { get; set; }

    /// <summary>The values that were put.</summary>
    public List<MetricDatum> Published { get; } = [];

    public Task<PutMetricDataResponse> PutMetricDataAsync(
        PutMetricDataInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Published.AddRange(request.MetricData!);
        return Task.FromResult(new PutMetricDataResponse());
    }

    public Task<PutMetricAlarmResponse> PutMetricAlarmAsync(
        PutMetricAlarmInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (Refusal is { } refusal)
            throw refusal;
        Alarms[request.AlarmName!] = request;
        return Task.FromResult(new PutMetricAlarmResponse());
    }

    public Task<DeleteAlarmsResponse> DeleteAlarmsAsync(
        DeleteAlarmsInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        foreach (var name in request.AlarmNames!)
        {
            if (!Alarms.Remove(name))
                throw new AwsException("ResourceNotFound", $"There is no alarm {name}.", 404);
        }

        return Task.FromResult(new DeleteAlarmsResponse());
    }

    public Task<DescribeAlarmsOutput> DescribeAlarmsAsync(
        DescribeAlarmsInput request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeAlarmsOutput
            {
                MetricAlarms =
                [
                    .. Alarms
                        .Values.Where(alarm => request.AlarmNames?.Contains(alarm.AlarmName!) ?? true)
                        .Where(alarm =>
                            request.ActionPrefix is not { } prefix
                            || alarm.AlarmActions!.Any(action => action.StartsWith(prefix, StringComparison.Ordinal))
                        )
                        .Select(alarm => new MetricAlarm
                        {
                            AlarmName = alarm.AlarmName,
                            AlarmArn =
                                $"arn:aws:cloudwatch:{context.Region}:{context.AccountId}:alarm:{alarm.AlarmName}",
                            AlarmActions = alarm.AlarmActions,
                        }),
                ],
            }
        );
}
