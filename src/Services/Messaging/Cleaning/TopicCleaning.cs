using Estiba.State;

namespace Estiba.Messaging.Cleaning;

/// <summary>Forgets what was published long enough ago, and subscriptions that nobody has confirmed.</summary>
internal sealed class TopicCleaning(Store store, TimeProvider time)
{
    private const int AtATime = 500;

    /// <summary>How long a subscription waits to be confirmed ("Subscribe", API reference).</summary>
    private static readonly TimeSpan PendingLife = TimeSpan.FromDays(2);

    internal async Task RunAsync(CancellationToken cancellation)
    {
        while (await store.CommitAsync(ForgetSent, cancellation) == AtATime)
            cancellation.ThrowIfCancellationRequested();
        while (await store.CommitAsync(ForgetPending, cancellation) == AtATime)
            cancellation.ThrowIfCancellationRequested();
    }

    private int ForgetSent(Transaction transaction)
    {
        var over = transaction
            .InOrder(SnsTables.Sent, SnsTables.SentByEnd, before: MessagingTables.At("", Now + 1))
            .Take(AtATime)
            .ToList();
        foreach (var sent in over)
            transaction.Delete(SnsTables.Sent, sent.Key);
        return over.Count;
    }

    private int ForgetPending(Transaction transaction)
    {
        var before = MessagingTables.At("", Now - (long)PendingLife.TotalMilliseconds);
        var over = transaction
            .InOrder(SnsTables.Subscriptions, SnsTables.Pending, before: before)
            .Take(AtATime)
            .ToList();
        foreach (var subscription in over)
            transaction.Delete(SnsTables.Subscriptions, subscription.Key);
        return over.Count;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}
