using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Instances;
using Estiba.ServiceDiscovery.Operations;
using Estiba.ServiceDiscovery.Services;
using Estiba.State;
using static Estiba.Contracts.ServiceDiscovery.ServiceDiscoveryErrors;

namespace Estiba.ServiceDiscovery;

/// <content>Instances: who is registered is in the next answer, whatever its operation still says.</content>
public sealed partial class ServiceDiscoveryApi
{
    /// <inheritdoc/>
    public async Task<RegisterInstanceResponse> RegisterInstanceAsync(
        RegisterInstanceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        var attributes = await WithAddressAsync(scope, request.Attributes!, cancellation);
        return await _store.CommitAsync(
            transaction =>
            {
                var service = ServiceLookup.Require(transaction, scope, request.ServiceId!);
                var key = $"{service.Key}/{request.InstanceId}";
                var before = transaction.Find(ServiceDiscoveryTables.Instances, key);
                if (before is not null && IsRepeated(before, request, attributes))
                    return new RegisterInstanceResponse { OperationId = before.OperationId };

                var its = transaction.Find(ServiceDiscoveryTables.Namespaces, service.NamespaceKey)!;
                InstanceAttributes.Check(service, its, request.Attributes!);
                OperationsUnderWay.Refuse(transaction, scope, OperationType.RegisterInstance, request.CreatorRequestId);
                if (before is null && IsFull(transaction, service))
                    throw Quotas.Exceeded();
                var operation = Begin(
                    transaction,
                    OperationType.RegisterInstance,
                    scope,
                    service.NamespaceId,
                    service.Id,
                    request.InstanceId,
                    request.CreatorRequestId
                );
                transaction.Put(
                    ServiceDiscoveryTables.Instances,
                    new InstanceRecord
                    {
                        Scope = scope,
                        ServiceId = service.Id,
                        Id = request.InstanceId!,
                        Attributes = attributes,
                        CreatorRequestId = request.CreatorRequestId,
                        OperationId = operation,
                        IsHealthy = !service.HasCustomHealth || InstanceAttributes.BeginsHealthy(attributes),
                    }
                );
                Rise(transaction, service);
                return new RegisterInstanceResponse { OperationId = operation };
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<DeregisterInstanceResponse> DeregisterInstanceAsync(
        DeregisterInstanceRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var service = ServiceLookup.Require(transaction, Scope.Of(context), request.ServiceId!);
                var instance = RequireInstance(transaction, service, request.InstanceId!);
                transaction.Delete(ServiceDiscoveryTables.Instances, instance.Key);
                Rise(transaction, service);
                return new DeregisterInstanceResponse
                {
                    OperationId = Begin(
                        transaction,
                        OperationType.DeregisterInstance,
                        service.Scope,
                        service.NamespaceId,
                        service.Id,
                        instance.Id
                    ),
                };
            },
            cancellation
        );

    /// <inheritdoc/>
    public Task<GetInstanceResponse> GetInstanceAsync(
        GetInstanceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var service = ServiceLookup.Require(view, Scope.Of(context), request.ServiceId!);
        var instance = RequireInstance(view, service, request.InstanceId!);
        return Task.FromResult(
            new GetInstanceResponse
            {
                ResourceOwner = service.Scope.AccountId,
                Instance = new Instance
                {
                    Id = instance.Id,
                    CreatorRequestId = instance.CreatorRequestId,
                    Attributes = instance.Attributes,
                    CreatedByAccount = service.Scope.AccountId,
                },
            }
        );
    }

    /// <inheritdoc/>
    public Task<ListInstancesResponse> ListInstancesAsync(
        ListInstancesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var service = ServiceLookup.Require(view, Scope.Of(context), request.ServiceId!);
        var (page, next) = Pages.Of(
            AllOf(view, service),
            instance => instance.Id,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new ListInstancesResponse
            {
                ResourceOwner = service.Scope.AccountId,
                Instances =
                [
                    .. page.Select(instance => new InstanceSummary
                    {
                        Id = instance.Id,
                        Attributes = instance.Attributes,
                        CreatedByAccount = service.Scope.AccountId,
                    }),
                ],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public Task<GetInstancesHealthStatusResponse> GetInstancesHealthStatusAsync(
        GetInstancesHealthStatusRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var service = ServiceLookup.Require(view, Scope.Of(context), request.ServiceId!);
        var instances = request.Instances is { } named
            ? named
                .Distinct()
                .Select(id => RequireInstance(view, service, id))
                .OrderBy(its => its.Id, StringComparer.Ordinal)
            : AllOf(view, service);
        var (page, next) = Pages.Of(
            instances,
            instance => instance.Id,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new GetInstancesHealthStatusResponse
            {
                Status = page.ToDictionary(its => its.Id, its => its.HealthOf(service.HasCustomHealth)),
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<UpdateInstanceCustomHealthStatusResponse> UpdateInstanceCustomHealthStatusAsync(
        UpdateInstanceCustomHealthStatusRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var service = ServiceLookup.Require(transaction, Scope.Of(context), request.ServiceId!);
                var instance = RequireInstance(transaction, service, request.InstanceId!);
                if (!service.HasCustomHealth)
                    throw CustomHealthNotFound(
                        "The health check for the instance that's specified by ServiceId and InstanceId isn't a "
                            + "custom health check."
                    );
                var isHealthy = request.Status == CustomHealthStatus.Healthy;
                if (instance.IsHealthy != isHealthy)
                    transaction.Put(ServiceDiscoveryTables.Instances, instance with { IsHealthy = isHealthy });
            },
            cancellation
        );
        return new UpdateInstanceCustomHealthStatusResponse();
    }

    private static InstanceRecord RequireInstance(View view, ServiceRecord service, string id) =>
        view.Find(ServiceDiscoveryTables.Instances, $"{service.Key}/{id}")
        ?? throw InstanceNotFound("No instance exists with the specified ID.");

    private static IEnumerable<InstanceRecord> AllOf(View view, ServiceRecord service) =>
        view.Range(ServiceDiscoveryTables.Instances, service.Key + "/");

    private static bool IsFull(View view, ServiceRecord service) =>
        InstancesOf(view, service) >= Quotas.InstancesOfService
        || view.Where(ServiceDiscoveryTables.Services, ServiceDiscoveryTables.ServicesOfNamespace, service.NamespaceKey)
            .Sum(each => InstancesOf(view, each)) >= Quotas.InstancesOfNamespace;

    private static void Rise(Transaction transaction, ServiceRecord service) =>
        transaction.Put(ServiceDiscoveryTables.Services, service with { Revision = service.Revision + 1 });

    private static bool IsRepeated(
        InstanceRecord before,
        RegisterInstanceRequest request,
        IReadOnlyDictionary<string, string> attributes
    ) =>
        before.CreatorRequestId is { } token
        && token == request.CreatorRequestId
        && before.Attributes.Count == attributes.Count
        && attributes.All(each => before.Attribute(each.Key) == each.Value);

    // Of an instance of EC2 the address is EC2's to tell.
    private async Task<IReadOnlyDictionary<string, string>> WithAddressAsync(
        Scope scope,
        IReadOnlyDictionary<string, string> attributes,
        CancellationToken cancellation
    )
    {
        if (attributes.GetValueOrDefault(InstanceAttributes.Ec2Instance) is not { } instance)
            return attributes;
        var address = await _ec2.AddressAsync(scope, instance, cancellation);
        return new Dictionary<string, string>(attributes) { [InstanceAttributes.Ipv4] = address };
    }
}
