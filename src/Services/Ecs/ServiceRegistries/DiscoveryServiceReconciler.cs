using Estiba.Contracts;
using Estiba.Ecs.ServiceConnect;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Ecs.ServiceRegistries;

/// <summary>
/// Takes services of Cloud Map away that ECS has made for endpoints of Service Connect and that no service has any
/// more; by the record's key.
/// </summary>
internal sealed class DiscoveryServiceReconciler(
    Store store,
    ServiceConnectNamespaces namespaces,
    Registries registries,
    TimeProvider time
) : IReconciler<string>
{
    /// <summary>How long one is kept for whoever has just asked for it.</summary>
    internal static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan InUseAgain = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        var view = store.Current;
        if (view.Find(EcsTables.DiscoveryServices, key) is not { } its || IsUsed(view, its))
            return null;
        if (its.WantedAt + KeptFor - time.GetUtcNow() is { Ticks: > 0 } left)
            return left;
        if (!Arn.TryParse(its.Namespace, out var arn))
            return null;
        var context = registries.ContextOf(new Scope(arn.AccountId, arn.Region), its.Namespace);
        if (!await namespaces.RemoveServiceAsync(its.Namespace, its.DiscoveryName, context, cancellation))
            return InUseAgain;
        await store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(EcsTables.DiscoveryServices, key) == its)
                    transaction.Delete(EcsTables.DiscoveryServices, key);
            },
            cancellation
        );
        return null;
    }

    /// <summary>The keys of what a change of a service concerns.</summary>
    internal static void Find(TableChanges<ServiceRecord> changes, Action<string> enqueue)
    {
        foreach (var change in changes)
        {
            if (change.Before?.ServiceConnect is not { Namespace: { } before } settings)
                continue;
            if (change.After is { } after && after.Status == change.Before.Status && after.ServiceConnect == settings)
                continue;
            foreach (var endpoint in settings.Endpoints)
                enqueue(DiscoveryServiceRecord.KeyOf(before, endpoint.DiscoveryName));
        }
    }

    // What may be gone back to is used as well.
    private static bool IsUsed(View view, DiscoveryServiceRecord its) =>
        view.Where(EcsTables.Services, EcsTables.ServicesOfNamespace, its.Namespace)
            .Any(service => Has(service.ServiceConnect, its))
        || Arn.TryParse(its.Namespace, out var arn)
            && view.Range(EcsTables.Services, new Scope(arn.AccountId, arn.Region).Prefix)
                .Where(service => service is { Status: not ServiceStatus.Inactive, ServiceConnect: not null })
                .Any(service => RolledOut(view, service).Any(settings => Has(settings, its)));

    private static IEnumerable<ServiceConnectSettings?> RolledOut(View view, ServiceRecord service) =>
        ServiceRolloutRecord
            .Of(view, service.Key)
            .RolledOut.Select(deployment => ServiceRevisions.Find(view, service.Key, deployment)?.ServiceConnect);

    private static bool Has(ServiceConnectSettings? settings, DiscoveryServiceRecord its) =>
        settings?.Namespace == its.Namespace
        && settings.Endpoints.Any(endpoint => endpoint.DiscoveryName == its.DiscoveryName);
}
