using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Discovery;
using Estiba.ServiceDiscovery.Namespaces;
using Estiba.ServiceDiscovery.Services;
using Estiba.State;

namespace Estiba.ServiceDiscovery;

/// <content>Finding instances without DNS.</content>
public sealed partial class ServiceDiscoveryApi
{
    private const int UsuallyDiscovered = 100;

    /// <inheritdoc/>
    public Task<DiscoverInstancesResponse> DiscoverInstancesAsync(
        DiscoverInstancesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var (its, service) = Discovered(
            view,
            context,
            request.OwnerAccount,
            request.NamespaceName!,
            request.ServiceName!
        );
        var found = InstanceSelection.Of([.. AllOf(view, service)], service.HasCustomHealth, request);
        lock (_random)
            _random.Shuffle(found);
        return Task.FromResult(
            new DiscoverInstancesResponse
            {
                Instances =
                [
                    .. found
                        .Take(request.MaxResults ?? UsuallyDiscovered)
                        .Select(instance => new HttpInstanceSummary
                        {
                            InstanceId = instance.Id,
                            NamespaceName = its.HttpName,
                            ServiceName = service.Name,
                            HealthStatus = instance.HealthOf(service.HasCustomHealth),
                            Attributes = instance.Attributes,
                        }),
                ],
                InstancesRevision = service.Revision,
            }
        );
    }

    /// <inheritdoc/>
    public Task<DiscoverInstancesRevisionResponse> DiscoverInstancesRevisionAsync(
        DiscoverInstancesRevisionRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (_, service) = Discovered(
            _store.Current,
            context,
            request.OwnerAccount,
            request.NamespaceName!,
            request.ServiceName!
        );
        return Task.FromResult(new DiscoverInstancesRevisionResponse { InstancesRevision = service.Revision });
    }

    private static (NamespaceRecord Namespace, ServiceRecord Service) Discovered(
        View view,
        CallContext context,
        string? owner,
        string namespaceName,
        string serviceName
    )
    {
        // Nobody shares namespaces here.
        if (owner is not null && owner != context.AccountId)
            throw NamespaceLookup.NotFound();
        var its = NamespaceLookup.RequireNamed(view, Scope.Of(context), namespaceName);
        return (its, ServiceLookup.Find(view, its, serviceName, anyCase: false) ?? throw ServiceLookup.NotFound());
    }
}
