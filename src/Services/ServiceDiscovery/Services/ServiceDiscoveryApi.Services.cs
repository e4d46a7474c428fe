using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Namespaces;
using Estiba.ServiceDiscovery.Resources;
using Estiba.ServiceDiscovery.Services;
using Estiba.ServiceDiscovery.Tagging;
using Estiba.State;
using static Estiba.Contracts.ServiceDiscovery.ServiceDiscoveryErrors;

namespace Estiba.ServiceDiscovery;

/// <content>Services and their attributes.</content>
public sealed partial class ServiceDiscoveryApi
{
    /// <inheritdoc/>
    public Task<CreateServiceResponse> CreateServiceAsync(
        CreateServiceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var namespaceId = ServiceRequests.NamespaceOf(request);
        var tags = Tags.Merge([], request.Tags);
        return _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var its = NamespaceLookup.Require(transaction, scope, namespaceId);
                ServiceRequests.Validate(request, its);
                if (ServiceLookup.Find(transaction, its, request.Name!, anyCase: its.IsDns) is { } existing)
                    throw ServiceAlreadyExists(
                        "Service already exists.",
                        new ServiceAlreadyExistsDetails
                        {
                            CreatorRequestId = existing.CreatorRequestId,
                            ServiceId = existing.Id,
                            ServiceArn = ResourceArns.Of(scope, ResourceArns.Service, existing.Id),
                        }
                    );
                var record = new ServiceRecord
                {
                    Scope = scope,
                    Id = _ids.Service(),
                    NamespaceId = its.Id,
                    Name = request.Name!,
                    Type = request.DnsConfig is null ? ServiceType.Http : ServiceType.DnsHttp,
                    CreatedAt = Now,
                    CreatorRequestId = request.CreatorRequestId,
                    Description = request.Description,
                    DnsRecords = request.DnsConfig?.DnsRecords ?? [],
                    RoutingPolicy = request.DnsConfig is { } dns ? dns.RoutingPolicy ?? RoutingPolicy.Multivalue : null,
                    HasCustomHealth = request.HealthCheckCustomConfig is not null,
                    Tags = tags,
                    Revision = Now.ToUnixTimeMilliseconds(),
                };
                transaction.Put(ServiceDiscoveryTables.Services, record);
                return new CreateServiceResponse { Service = ServiceDescription.Of(record, instances: 0) };
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<GetServiceResponse> GetServiceAsync(
        GetServiceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var record = ServiceLookup.Require(view, Scope.Of(context), request.Id!);
        return Task.FromResult(
            new GetServiceResponse { Service = ServiceDescription.Of(record, InstancesOf(view, record)) }
        );
    }

    /// <inheritdoc/>
    public Task<ListServicesResponse> ListServicesAsync(
        ListServicesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        foreach (var filter in request.Filters ?? [])
            Filters.Check(filter.Name!, filter.Condition, filter.Values!, [FilterCondition.Eq]);
        var (view, scope) = (_store.Current, Scope.Of(context));
        var (page, next) = Pages.Of(
            view.Range(ServiceDiscoveryTables.Services, scope.Prefix)
                .Where(record =>
                    (request.Filters ?? []).All(filter =>
                        filter.Name == ServiceFilterName.ResourceOwner
                            ? Filters.IsSelf(filter.Values!)
                            : record.NamespaceId == ResourceArns.IdOf(scope, ResourceArns.Namespace, filter.Values![0])
                    )
                ),
            record => record.Id,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new ListServicesResponse
            {
                Services = [.. page.Select(record => ServiceDescription.Summary(record, InstancesOf(view, record)))],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public Task<UpdateServiceResponse> UpdateServiceAsync(
        UpdateServiceRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var before = ServiceLookup.Require(transaction, Scope.Of(context), request.Id!);
                var after = before with
                {
                    DnsRecords = ServiceRequests.Changed(before, request.Service!),
                    Description = request.Service!.Description ?? before.Description,
                };
                transaction.Put(ServiceDiscoveryTables.Services, after);
                return new UpdateServiceResponse
                {
                    OperationId = Begin(
                        transaction,
                        OperationType.UpdateService,
                        after.Scope,
                        after.NamespaceId,
                        after.Id
                    ),
                };
            },
            cancellation
        );

    /// <inheritdoc/>
    public async Task<DeleteServiceResponse> DeleteServiceAsync(
        DeleteServiceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var record = ServiceLookup.Require(transaction, Scope.Of(context), request.Id!);
                if (InstancesOf(transaction, record) > 0)
                    throw ResourceInUse(
                        "Service contains registered instances; delete the instances before deleting the service"
                    );
                transaction.Delete(ServiceDiscoveryTables.Services, record.Key);
            },
            cancellation
        );
        return new DeleteServiceResponse();
    }

    /// <inheritdoc/>
    public Task<GetServiceAttributesResponse> GetServiceAttributesAsync(
        GetServiceAttributesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var record = ServiceLookup.Require(_store.Current, Scope.Of(context), request.ServiceId!);
        return Task.FromResult(
            new GetServiceAttributesResponse
            {
                ServiceAttributes = new ServiceAttributes
                {
                    ServiceArn = ResourceArns.Of(record.Scope, ResourceArns.Service, record.Id),
                    ResourceOwner = record.Scope.AccountId,
                    Attributes = record.Attributes,
                },
            }
        );
    }

    /// <inheritdoc/>
    public async Task<UpdateServiceAttributesResponse> UpdateServiceAttributesAsync(
        UpdateServiceAttributesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAttributesAsync(
            request.ServiceId!,
            context,
            attributes =>
            {
                foreach (var (key, value) in request.Attributes!)
                    attributes[key] = value;
                if (attributes.Count > Quotas.ServiceAttributes)
                    throw ServiceAttributesLimitExceededException(
                        "The attribute can't be added to the service because you've exceeded the quota for the number "
                            + "of attributes you can add to a service."
                    );
            },
            cancellation
        );
        return new UpdateServiceAttributesResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteServiceAttributesResponse> DeleteServiceAttributesAsync(
        DeleteServiceAttributesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAttributesAsync(
            request.ServiceId!,
            context,
            attributes =>
            {
                foreach (var key in request.Attributes!)
                    attributes.Remove(key);
            },
            cancellation
        );
        return new DeleteServiceAttributesResponse();
    }

    private Task ChangeAttributesAsync(
        string service,
        CallContext context,
        Action<SortedDictionary<string, string>> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var before = ServiceLookup.Require(transaction, Scope.Of(context), service);
                var attributes = new SortedDictionary<string, string>(StringComparer.Ordinal);
                foreach (var (key, value) in before.Attributes)
                    attributes[key] = value;
                change(attributes);
                transaction.Put(ServiceDiscoveryTables.Services, before with { Attributes = attributes });
            },
            cancellation
        );

    private static int InstancesOf(View view, ServiceRecord record) =>
        view.Count(ServiceDiscoveryTables.Instances, record.Key + "/");
}
