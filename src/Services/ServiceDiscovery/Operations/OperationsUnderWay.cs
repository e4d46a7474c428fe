using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.State;

namespace Estiba.ServiceDiscovery.Operations;

/// <summary>Finds what is being done already, and refuses to do it twice.</summary>
internal static class OperationsUnderWay
{
    /// <summary>Refuses a request whose token an operation of the same type has that is under way.</summary>
    /// <exception cref="AwsException"><c>DuplicateRequest</c></exception>
    internal static void Refuse(View view, Scope scope, string type, string? requestId)
    {
        if (
            requestId is not null
            && view.Where(ServiceDiscoveryTables.Operations, ServiceDiscoveryTables.PendingOperations, scope.Prefix)
                .FirstOrDefault(operation => operation.Type == type && operation.RequestId == requestId)
                is { } same
        )
            throw ServiceDiscoveryErrors.DuplicateRequest(
                "The operation is already in progress.",
                new DuplicateRequestDetails { DuplicateOperationId = same.Id }
            );
    }
}
