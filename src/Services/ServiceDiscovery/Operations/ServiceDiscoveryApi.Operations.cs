using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Operations;
using Estiba.State;
using static Estiba.Contracts.ServiceDiscovery.ServiceDiscoveryErrors;

namespace Estiba.ServiceDiscovery;

/// <content>What became of requests.</content>
public sealed partial class ServiceDiscoveryApi
{
    /// <inheritdoc/>
    public Task<GetOperationResponse> GetOperationAsync(
        GetOperationRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var record = _store.Current.Find(
            ServiceDiscoveryTables.Operations,
            Scope.Of(context).Key(request.OperationId!)
        );
        if (record is null || (request.OwnerAccount ?? context.AccountId) != context.AccountId)
            throw OperationNotFound("No operation exists with the specified ID.");
        return Task.FromResult(
            new GetOperationResponse
            {
                Operation = new Operation
                {
                    Id = record.Id,
                    OwnerAccount = record.Scope.AccountId,
                    Type = record.Type,
                    Status = record.Status,
                    ErrorCode = record.ErrorCode,
                    ErrorMessage = record.ErrorMessage,
                    CreateDate = record.CreatedAt,
                    UpdateDate = record.UpdatedAt,
                    Targets = record.Targets,
                },
            }
        );
    }

    /// <inheritdoc/>
    public Task<ListOperationsResponse> ListOperationsAsync(
        ListOperationsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        foreach (var filter in request.Filters ?? [])
            Filters.Check(
                filter.Name!,
                filter.Condition,
                filter.Values!,
                filter.Name switch
                {
                    OperationFilterName.UpdateDate => [FilterCondition.Between],
                    OperationFilterName.Status or OperationFilterName.Type => [FilterCondition.Eq, FilterCondition.In],
                    _ => [FilterCondition.Eq],
                }
            );
        var (page, next) = Pages.Of(
            _store
                .Current.Range(ServiceDiscoveryTables.Operations, Scope.Of(context).Prefix)
                .Where(record => (request.Filters ?? []).All(filter => Matches(filter, record))),
            record => record.Id,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new ListOperationsResponse
            {
                Operations =
                [
                    .. page.Select(record => new OperationSummary { Id = record.Id, Status = record.Status }),
                ],
                NextToken = next,
            }
        );
    }

    private static bool Matches(OperationFilter filter, OperationRecord record) =>
        filter.Name == OperationFilterName.UpdateDate
            ? Filters.IsBetween(filter.Values!, record.UpdatedAt)
            : Filters.Has(
                filter.Condition,
                filter.Values!,
                filter.Name switch
                {
                    OperationFilterName.NamespaceId => record.Targets.GetValueOrDefault(OperationTargetType.Namespace),
                    OperationFilterName.ServiceId => record.Targets.GetValueOrDefault(OperationTargetType.Service),
                    OperationFilterName.Status => record.Status,
                    _ => record.Type,
                }
            );

    private string Begin(
        Transaction transaction,
        string type,
        Scope scope,
        string namespaceId,
        string? serviceId = null,
        string? instanceId = null,
        string? requestId = null
    )
    {
        var targets = new Dictionary<string, string> { [OperationTargetType.Namespace] = namespaceId };
        if (serviceId is not null)
            targets[OperationTargetType.Service] = serviceId;
        if (instanceId is not null)
            targets[OperationTargetType.Instance] = instanceId;
        var operation = new OperationRecord
        {
            Scope = scope,
            Id = _ids.Operation(),
            Type = type,
            Status = OperationStatus.Pending,
            CreatedAt = Now,
            UpdatedAt = Now,
            Targets = targets,
            RequestId = requestId,
        };
        transaction.Put(ServiceDiscoveryTables.Operations, operation);
        return operation.Id;
    }
}
