using Estiba.State;

namespace Estiba.Hosting.Controllers;

/// <summary>A reconciler whose step is one transaction, with no effects beside it.</summary>
internal sealed class TransactionReconciler(Store store, Func<Transaction, string, TimeSpan?> step)
    : IReconciler<string>
{
    public Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation) =>
        store.CommitAsync(transaction => step(transaction, key), cancellation);
}
