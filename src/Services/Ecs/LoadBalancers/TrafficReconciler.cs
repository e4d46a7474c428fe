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
            await ShareAsync(service, TrafficRoutes.Of(view, service, rollout, wanted), cancellation);
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            obstacle = $"The traffic cannot be shifted: {refused.Message}";
        }

        await store.CommitAsync(
            transaction => Write(transaction, service, rollout.Primary, wanted, obstacle),
            cancellation
        );
        return null;
    }

    private async Task ShareAsync(
        ServiceRecord service,
        IEnumerable<TrafficRoute> routes,
        CancellationToken cancellation
    )
    {
        var context = groups.ContextOf(service.Scope, service.Arn);
        foreach (var route in routes)
            await groups.ShareAsync(route, context, cancellation);
    }

    private void Write(
        Transaction transaction,
        ServiceRecord seen,
        DeploymentRecord primary,
        TrafficShares wanted,
        string? obstacle
    )
    {
        if (transaction.Find(EcsTables.Services, seen.Key) is not { } service)
            return;
        var edit = new ServiceEdit(transaction, service, ids, time.GetUtcNow());

        // Meanwhile another deployment may want its own target groups to have the traffic.
        if (edit.Rollout.Deployments is not [var now, ..] || now.Id != primary.Id)
            return;
        if (obstacle is null)
            edit.Rollout = edit.Rollout with { Shares = wanted };
        else if (now is { IsInProgress: true, Obstacle: null })
            edit.Change(now.Id, deployment => deployment with { Obstacle = obstacle });
        edit.Save();
    }
}
