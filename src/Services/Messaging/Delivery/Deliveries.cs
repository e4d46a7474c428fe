using Estiba.Messaging.Notifications;
using Estiba.Messaging.Subscriptions;
using Estiba.Messaging.Topics;
using Estiba.State;

namespace Estiba.Messaging.Delivery;

/// <summary>Which deliveries of a subscription are due, and what is written down of what became of them.</summary>
internal static class Deliveries
{
    private const int AtATime = 500;

    /// <summary>The deliveries that are due; in a FIFO topic none that follows one that is not.</summary>
    internal static IReadOnlyList<DeliveryRecord> Due(View view, SubscriptionRecord subscription, long now, int most) =>
        subscription.Topic.EndsWith(TopicNames.FifoSuffix, StringComparison.Ordinal)
            ?
            [
                .. view.Where(SnsTables.Deliveries, SnsTables.BySubscription, subscription.Key)
                    .TakeWhile(delivery => delivery.DueAt <= now)
                    .Take(most),
            ]
            :
            [
                .. view.InOrder(
                        SnsTables.Deliveries,
                        SnsTables.ByDue,
                        subscription.Key + "/",
                        MessagingTables.At(subscription.Key, now + 1)
                    )
                    .Take(most),
            ];

    /// <summary>After which time the next is due; null when there is none.</summary>
    internal static TimeSpan? Next(View view, SubscriptionRecord subscription, long now)
    {
        var next = subscription.Topic.EndsWith(TopicNames.FifoSuffix, StringComparison.Ordinal)
            ? view.Where(SnsTables.Deliveries, SnsTables.BySubscription, subscription.Key).FirstOrDefault()
            : view.InOrder(SnsTables.Deliveries, SnsTables.ByDue, subscription.Key + "/", subscription.Key + "/~")
                .FirstOrDefault();
        return next is null ? null : TimeSpan.FromMilliseconds(Math.Max(0, next.DueAt - now));
    }

    /// <summary>Ends a delivery, and with the last one its notification.</summary>
    internal static void End(Transaction transaction, DeliveryRecord delivery)
    {
        transaction.Delete(SnsTables.Deliveries, delivery.Key);
        if (transaction.Count(SnsTables.Deliveries, delivery.Notification + "/") == 0)
            transaction.Delete(SnsTables.Notifications, delivery.Notification);
    }

    /// <summary>Ends deliveries of a subscription that is gone.</summary>
    /// <returns>When to go on; null when there are none left.</returns>
    internal static TimeSpan? Drop(Transaction transaction, string subscription)
    {
        var gone = transaction
            .Where(SnsTables.Deliveries, SnsTables.BySubscription, subscription)
            .Take(AtATime)
            .ToList();
        foreach (var delivery in gone)
            End(transaction, delivery);
        return gone.Count == AtATime ? TimeSpan.Zero : null;
    }
}
