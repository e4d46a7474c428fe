using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Namespaces;
using Estiba.ServiceDiscovery.Operations;
using Estiba.ServiceDiscovery.Tagging;
using Estiba.State;
using static Estiba.Contracts.ServiceDiscovery.ServiceDiscoveryErrors;

namespace Estiba.ServiceDiscovery;

/// <content>Namespaces: what is asked for is written down, and the operation's reconciler makes it so.</content>
public sealed partial class ServiceDiscoveryApi
{
    /// <summary>For how many seconds nothing is remembered unless something else is asked for.</summary>
    private const long UsualSoaTtl = 15;

    /// <inheritdoc/>
    public async Task<CreateHttpNamespaceResponse> CreateHttpNamespaceAsync(
        CreateHttpNamespaceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var record = NewNamespace(context, NamespaceType.Http, request.Name!, request.CreatorRequestId) with
        {
            Description = request.Description,
            Tags = Tags.Merge([], request.Tags),
        };
        return new CreateHttpNamespaceResponse { OperationId = await CreateAsync(record, cancellation) };
    }

    /// <inheritdoc/>
    public async Task<CreatePrivateDnsNamespaceResponse> CreatePrivateDnsNamespaceAsync(
        CreatePrivateDnsNamespaceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        DnsNames.Check(request.Name!);
        var record = NewNamespace(context, NamespaceType.DnsPrivate, request.Name!, request.CreatorRequestId) with
        {
            Description = request.Description,
            Tags = Tags.Merge([], request.Tags),
            Vpc = request.Vpc,
            HostedZoneId = _ids.HostedZone(),
            SoaTtl = request.Properties?.DnsProperties?.SOA?.TTL ?? UsualSoaTtl,
        };
        return new CreatePrivateDnsNamespaceResponse { OperationId = await CreateAsync(record, cancellation) };
    }

    /// <inheritdoc/>
    public async Task<CreatePublicDnsNamespaceResponse> CreatePublicDnsNamespaceAsync(
        CreatePublicDnsNamespaceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        DnsNames.Check(request.Name!);
        var record = NewNamespace(context, NamespaceType.DnsPublic, request.Name!, request.CreatorRequestId) with
        {
            Description = request.Description,
            Tags = Tags.Merge([], request.Tags),
            HostedZoneId = _ids.HostedZone(),
            SoaTtl = request.Properties?.DnsProperties?.SOA?.TTL ?? UsualSoaTtl,
        };
        return new CreatePublicDnsNamespaceResponse { OperationId = await CreateAsync(record, cancellation) };
    }

    /// <inheritdoc/>
    public Task<GetNamespaceResponse> GetNamespaceAsync(
        GetNamespaceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var record = NamespaceLookup.Require(view, Scope.Of(context), request.Id!);
        return Task.FromResult(
            new GetNamespaceResponse { Namespace = NamespaceDescription.Of(record, ServicesOf(view, record)) }
        );
    }

    /// <inheritdoc/>
    public Task<ListNamespacesResponse> ListNamespacesAsync(
        ListNamespacesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        foreach (var filter in request.Filters ?? [])
            Filters.Check(
                filter.Name!,
                filter.Condition,
                filter.Values!,
                filter.Name == NamespaceFilterName.ResourceOwner
                    ? [FilterCondition.Eq]
                    : [FilterCondition.Eq, FilterCondition.BeginsWith]
            );
        var view = _store.Current;
        var (page, next) = Pages.Of(
            NamespaceLookup.All(view, Scope.Of(context)).Where(record => (request.Filters ?? []).All(Matches(record))),
            record => record.Id,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new ListNamespacesResponse
            {
                Namespaces = [.. page.Select(record => NamespaceDescription.Summary(record, ServicesOf(view, record)))],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<UpdateHttpNamespaceResponse> UpdateHttpNamespaceAsync(
        UpdateHttpNamespaceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var operation = await UpdateAsync(
            request.Id!,
            NamespaceType.Http,
            request.UpdaterRequestId,
            before => before with { Description = request.Namespace!.Description },
            context,
            cancellation
        );
        return new UpdateHttpNamespaceResponse { OperationId = operation };
    }

    /// <inheritdoc/>
    public async Task<UpdatePrivateDnsNamespaceResponse> UpdatePrivateDnsNamespaceAsync(
        UpdatePrivateDnsNamespaceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var change = request.Namespace!;
        var operation = await UpdateAsync(
            request.Id!,
            NamespaceType.DnsPrivate,
            request.UpdaterRequestId,
            before => Changed(before, change.Description, change.Properties?.DnsProperties?.SOA?.TTL),
            context,
            cancellation
        );
        return new UpdatePrivateDnsNamespaceResponse { OperationId = operation };
    }

    /// <inheritdoc/>
    public async Task<UpdatePublicDnsNamespaceResponse> UpdatePublicDnsNamespaceAsync(
        UpdatePublicDnsNamespaceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var change = request.Namespace!;
        var operation = await UpdateAsync(
            request.Id!,
            NamespaceType.DnsPublic,
            request.UpdaterRequestId,
            before => Changed(before, change.Description, change.Properties?.DnsProperties?.SOA?.TTL),
            context,
            cancellation
        );
        return new UpdatePublicDnsNamespaceResponse { OperationId = operation };
    }

    /// <inheritdoc/>
    public Task<DeleteNamespaceResponse> DeleteNamespaceAsync(
        DeleteNamespaceRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var record = NamespaceLookup.Require(transaction, Scope.Of(context), request.Id!);
                if (ServicesOf(transaction, record) > 0)
                    throw ResourceInUse(
                        "Namespace contains services; delete the services before deleting the namespace"
                    );
                transaction.Delete(ServiceDiscoveryTables.Namespaces, record.Key);
                return new DeleteNamespaceResponse
                {
                    OperationId = Begin(transaction, OperationType.DeleteNamespace, record.Scope, record.Id),
                };
            },
            cancellation
        );

    private NamespaceRecord NewNamespace(CallContext context, string type, string name, string? requestId) =>
        new()
        {
            Scope = Scope.Of(context),
            Id = _ids.Namespace(),
            Name = name,
            HttpName = name,
            Type = type,
            CreatedAt = Now,
            CreatorRequestId = requestId,
        };

    private Task<string> CreateAsync(NamespaceRecord record, CancellationToken cancellation) =>
        _store.CommitAsync(
            transaction =>
            {
                var scope = record.Scope;
                OperationsUnderWay.Refuse(transaction, scope, OperationType.CreateNamespace, record.CreatorRequestId);
                var others = transaction.Range(ServiceDiscoveryTables.Namespaces, scope.Prefix).ToList();
                // Whether a private zone is there already, only its operation says, as on AWS.
                if (
                    others.Find(other =>
                        (other.Type, other.Name) == (record.Type, record.Name)
                        && (
                            record.Type != NamespaceType.DnsPrivate
                            || (record.CreatorRequestId is { } token && other.CreatorRequestId == token)
                        )
                    ) is
                    { } existing
                )
                    throw NamespaceAlreadyExists(
                        "The namespace that you're trying to create already exists.",
                        new NamespaceAlreadyExistsDetails
                        {
                            CreatorRequestId = existing.CreatorRequestId,
                            NamespaceId = existing.Id,
                        }
                    );
                if (others.Count >= Quotas.Namespaces)
                    throw Quotas.Exceeded();
                transaction.Put(
                    ServiceDiscoveryTables.Namespaces,
                    others.Exists(other => other.HttpName == record.HttpName)
                        ? record with
                        {
                            HttpName = $"{record.Name}-{record.Id["ns-".Length..]}",
                        }
                        : record
                );
                return Begin(
                    transaction,
                    OperationType.CreateNamespace,
                    scope,
                    record.Id,
                    requestId: record.CreatorRequestId
                );
            },
            cancellation
        );

    private Task<string> UpdateAsync(
        string idOrArn,
        string type,
        string? requestId,
        Func<NamespaceRecord, NamespaceRecord> change,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var before = NamespaceLookup.Require(transaction, scope, idOrArn);
                if (before.Type != type)
                    throw InvalidInput($"The namespace {before.Id} has type {before.Type}, not {type}.");
                OperationsUnderWay.Refuse(transaction, scope, OperationType.UpdateNamespace, requestId);
                transaction.Put(ServiceDiscoveryTables.Namespaces, change(before));
                return Begin(transaction, OperationType.UpdateNamespace, scope, before.Id, requestId: requestId);
            },
            cancellation
        );

    private static NamespaceRecord Changed(NamespaceRecord before, string? description, long? ttl) =>
        before with
        {
            Description = description ?? before.Description,
            SoaTtl = ttl ?? before.SoaTtl,
        };

    private static int ServicesOf(View view, NamespaceRecord record) =>
        view.Count(ServiceDiscoveryTables.Services, ServiceDiscoveryTables.ServicesOfNamespace, record.Key);

    private static Func<NamespaceFilter, bool> Matches(NamespaceRecord record) =>
        filter =>
            filter.Name == NamespaceFilterName.ResourceOwner
                ? Filters.IsSelf(filter.Values!)
                : Filters.Has(
                    filter.Condition,
                    filter.Values!,
                    filter.Name switch
                    {
                        NamespaceFilterName.Type => record.Type,
                        NamespaceFilterName.HttpName => record.HttpName,
                        _ => record.Name,
                    }
                );
}
