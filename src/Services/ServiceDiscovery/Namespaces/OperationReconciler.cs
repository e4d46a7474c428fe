using Estiba.Contracts.ServiceDiscovery;
using Estiba.Hosting.Controllers;
using Estiba.ServiceDiscovery.Operations;
using Estiba.State;

namespace Estiba.ServiceDiscovery.Namespaces;

/// <summary>
/// Ends operations; by the operation's key. What they do was done with their beginning, but for a new namespace, which
/// may turn out to be impossible.
/// </summary>
/// <param name="store">The state.</param>
/// <param name="hasVpc">Whether an account has a VPC in a region.</param>
/// <param name="time">The clock.</param>
internal sealed class OperationReconciler(
    Store store,
    Func<Contracts.Scope, string, CancellationToken, Task<bool>> hasVpc,
    TimeProvider time
) : IReconciler<string>
{
    private const string CannotCreateHostedZone = "CANNOT_CREATE_HOSTED_ZONE";

    /// <inheritdoc/>
    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        var view = store.Current;
        if (view.Find(ServiceDiscoveryTables.Operations, key) is not { IsPending: true } operation)
            return null;
        var lacksVpc =
            NewNamespace(view, operation) is { Vpc: { } vpc } its && !await hasVpc(its.Scope, vpc, cancellation);
        await store.CommitAsync(transaction => End(transaction, key, lacksVpc), cancellation);
        return null;
    }

    private void End(Transaction transaction, string key, bool lacksVpc)
    {
        if (transaction.Find(ServiceDiscoveryTables.Operations, key) is not { IsPending: true } operation)
            return;
        var fault = NewNamespace(transaction, operation) is { } its ? Create(transaction, its, lacksVpc) : null;
        transaction.Put(
            ServiceDiscoveryTables.Operations,
            operation with
            {
                Status = fault is null ? OperationStatus.Success : OperationStatus.Fail,
                ErrorCode = fault is null ? null : CannotCreateHostedZone,
                ErrorMessage = fault,
                UpdatedAt = time.GetUtcNow(),
            }
        );
    }

    /// <summary>Puts a namespace where it can be seen, or says why that cannot be.</summary>
    private static string? Create(Transaction transaction, NamespaceRecord its, bool lacksVpc)
    {
        var fault =
            lacksVpc ? $"The VPC ID {its.Vpc} in region {its.Scope.Region} does not exist."
            : its.Vpc is not null && HasZone(transaction, its)
                ? $"The VPC that you chose, {its.Vpc} in region {its.Scope.Region}, is already associated with another "
                    + $"private hosted zone that has an overlapping name space, {its.Name}.."
            : null;
        if (fault is null)
            transaction.Put(ServiceDiscoveryTables.Namespaces, its with { IsCreated = true });
        else
            transaction.Delete(ServiceDiscoveryTables.Namespaces, its.Key);
        return fault;
    }

    private static bool HasZone(View view, NamespaceRecord its) =>
        view.Where(ServiceDiscoveryTables.Namespaces, ServiceDiscoveryTables.NamespacesByDnsName, its.DnsName)
            .Any(other => (other.Scope.AccountId, other.Vpc) == (its.Scope.AccountId, its.Vpc));

    private static NamespaceRecord? NewNamespace(View view, OperationRecord operation) =>
        operation.Type == OperationType.CreateNamespace
        && view.Find(
            ServiceDiscoveryTables.Namespaces,
            operation.Scope.Key(operation.Targets[OperationTargetType.Namespace])
        )
            is { IsCreated: false } its
            ? its
            : null;
}
