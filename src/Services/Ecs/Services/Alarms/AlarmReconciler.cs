using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Services.TrafficShifts;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Ecs.Services.Alarms;

/// <summary>
/// Asks CloudWatch for the alarms of a service's deployment as long as it is on its way, and writes down what they mean
/// to it; by the service's key.
/// </summary>
/// <param name="store">Where services and deployments are.</param>
/// <param name="cloudWatch">CloudWatch, called as ECS.</param>
/// <param name="ids">Makes request ids.</param>
/// <param name="time">Says what time it is.</param>
internal sealed class AlarmReconciler(Store store, ICloudWatchApi cloudWatch, EcsIds ids, TimeProvider time)
    : IReconciler<string>
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const int NamesOfRequest = 100;
    private const string Ecs = "ecs.amazonaws.com";

    public async Task<TimeSpan?> ReconcileAsync(string serviceKey, CancellationToken cancellation)
    {
        var view = store.Current;
        if (Monitored(view, serviceKey) is not { } deployment)
            return null;
        var service = view.Find(EcsTables.Services, serviceKey)!;
        var alarms = await FindAsync(service, deployment.Configuration!.Alarms!.AlarmNames!, cancellation);
        if (Next(store.Current, deployment, alarms) != deployment.Alarms)
            await store.CommitAsync(transaction => Write(transaction, deployment, alarms), cancellation);
        return Interval;
    }

    /// <summary>The service's deployment, if its alarms are to be looked at.</summary>
    private static ServiceDeploymentRecord? Monitored(View view, string serviceKey) =>
        view.Find(EcsTables.Services, serviceKey) is { Status: ServiceStatus.Active } service
        && ServiceRolloutRecord.Of(view, serviceKey) is { Deployments: [{ IsInProgress: true } primary, ..] } rollout
        && !TrafficShift.IsPastReturn(rollout)
        && ServiceDeployments.Find(view, service, primary) is { } deployment
        && AlarmMonitoring.IsMonitored(deployment)
            ? deployment
            : null;

    private AlarmMonitorRecord Next(
        View view,
        ServiceDeploymentRecord deployment,
        IReadOnlyList<DeploymentAlarm> alarms
    ) =>
        AlarmMonitoring.Next(
            deployment,
            ServiceRolloutRecord.Of(view, deployment.ServiceKey).Shift,
            alarms,
            time.GetUtcNow()
        );

    private void Write(Transaction transaction, ServiceDeploymentRecord seen, IReadOnlyList<DeploymentAlarm> alarms)
    {
        // Meanwhile another deployment may have begun.
        if (Monitored(transaction, seen.ServiceKey) is not { } deployment || deployment.Id != seen.Id)
            return;
        var edit = new ServiceEdit(
            transaction,
            transaction.Find(EcsTables.Services, seen.ServiceKey)!,
            ids,
            time.GetUtcNow()
        );
        transaction.Put(
            EcsTables.ServiceDeployments,
            deployment with
            {
                Alarms = Next(transaction, deployment, alarms),
                UpdatedAt = edit.Now,
            }
        );
        edit.Rollout = edit.Rollout with { IsSteady = false };
        edit.Save();
    }

    private async Task<IReadOnlyList<DeploymentAlarm>> FindAsync(
        ServiceRecord service,
        IReadOnlyList<string> names,
        CancellationToken cancellation
    )
    {
        var context = new CallContext
        {
            AccountId = service.Scope.AccountId,
            Region = service.Scope.Region,
            PrincipalArn = Ecs,
            AccessKeyId = "",
            RequestId = ids.Unique(),
            Service = Ecs,
            SourceArn = service.Arn,
        };
        var found = new List<DeploymentAlarm>();
        foreach (var some in names.Distinct(StringComparer.Ordinal).Chunk(NamesOfRequest))
        {
            var answer = await cloudWatch.DescribeAlarmsAsync(
                new DescribeAlarmsInput
                {
                    AlarmNames = some,
                    AlarmTypes = [AlarmType.MetricAlarm, AlarmType.CompositeAlarm],
                    MaxRecords = NamesOfRequest,
                },
                context,
                cancellation
            );
            found.AddRange((answer.MetricAlarms ?? []).Select(DeploymentAlarm.Of));
            found.AddRange((answer.CompositeAlarms ?? []).Select(DeploymentAlarm.Of));
        }

        return found;
    }
}
