using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Services.TrafficShifts;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.LoadBalancers;

/// <summary>
/// Has listener rules share a service's traffic as its deployment wants it; by the service's key.
/// </summary>
/// <remarks>A deployment goes on only when what it wants stands in <see cref="ServiceRolloutRecord.Shares"/>.</remarks>
internal sealed class TrafficReconciler(Store store, TargetGroups groups, EcsIds ids, TimeProvider time)
    : IReconciler<string>
{
    public async Task<TimeSpan?> ReconcileAsync(string serviceKey, CancellationToken cancellation)
    {
        var view = store.Current;
        if (
            view.Find(EcsTables.Services, serviceKey) is not { } service
            || ServiceRolloutRecord.Of(view, serviceKey) is not { Deployments.Count: > 0 } rollout
            || TrafficShift.WantedShares(rollout) is not { } wanted
            || rollout.Shares == wanted
        )
            return null;
        string? obstacle = null;
        try
        {
            await ShareAsync(service, wanted, cancellation);
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            obstacle = $"The traffic cannot be shifted: {refused.Message}";
        }

        await store.CommitAsync(transaction => Write(transaction, serviceKey, wanted, obstacle), cancellation);
        return null;
    }

    private async Task ShareAsync(ServiceRecord service, TrafficShares shares, CancellationToken cancellation)
    {
        var context = groups.ContextOf(service.Scope, service.Arn);
        foreach (var each in service.Settings.LoadBalancers ?? [])
        {
            if (each.AdvancedConfiguration is not { AlternateTargetGroupArn: { } alternate } advanced)
                continue;
            if (advanced.ProductionListenerRule is { } production)
                await groups.ShareAsync(
                    production,
                    (each.TargetGroupArn!, 100 - shares.Production),
                    (alternate, shares.Production),
                    context,
                    cancellation
                );
            if (advanced.TestListenerRule is { } test)
                await groups.ShareAsync(
                    test,
                    (each.TargetGroupArn!, 100 - shares.Test),
                    (alternate, shares.Test),
                    context,
                    cancellation
                );
        }
    }

    private void Write(Transaction transaction, string serviceKey, TrafficShares wanted, string? obstacle)
    {
        if (transaction.Find(EcsTables.Services, serviceKey) is not { } service)
            return;
        var edit = new ServiceEdit(transaction, service, ids, time.GetUtcNow());
        if (obstacle is null)
            edit.Rollout = edit.Rollout with { Shares = wanted };
        else if (edit.Rollout.Deployments is [{ IsInProgress: true, Obstacle: null } primary, ..])
            edit.Change(primary.Id, deployment => deployment with { Obstacle = obstacle });
        edit.Save();
    }
}
