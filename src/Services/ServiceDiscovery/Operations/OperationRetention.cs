using Estiba.State;

namespace Estiba.ServiceDiscovery.Operations;

/// <summary>Forgets operations that ended long ago.</summary>
internal sealed class OperationRetention(Store store, TimeProvider time)
{
    /// <summary>How often.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private const int MostAtOnce = 1000;

    /// <summary>Forgets them, a few at a time.</summary>
    internal async Task SweepAsync(CancellationToken cancellation)
    {
        while (await store.CommitAsync(Forget, cancellation) == MostAtOnce) { }
    }

    private int Forget(Transaction transaction)
    {
        var before = $"{(time.GetUtcNow() - Quotas.OperationLife).ToUnixTimeMilliseconds():D15}";
        var old = transaction
            .InOrder(ServiceDiscoveryTables.Operations, ServiceDiscoveryTables.EndedOperations, before: before)
            .Take(MostAtOnce)
            .ToList();
        foreach (var operation in old)
            transaction.Delete(ServiceDiscoveryTables.Operations, operation.Key);
        return old.Count;
    }
}
