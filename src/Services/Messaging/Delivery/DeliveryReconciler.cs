using Estiba.Hosting.Controllers;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Notifications;
using Estiba.Messaging.Queues;
using Estiba.Messaging.Signing;
using Estiba.Messaging.Subscriptions;
using Estiba.Messaging.Topics;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Messaging.Delivery;

/// <summary>
/// Delivers what a subscription is to get: tries what is due, writes down what became of it, and comes back when the
/// next try is due. What is delivered is forgotten after that alone, so that a delivery may be made twice and never not
/// at all ("at least once").
/// </summary>
/// <remarks>Holds no state. Each subscription is worked on by itself, so that a slow one keeps no other
/// waiting.</remarks>
internal sealed partial class DeliveryReconciler(
    Store store,
    NotificationSigner signer,
    QueueSender queues,
    EndpointSender endpoints,
    Uri platform,
    TimeProvider time,
    ILogger logger
) : IReconciler<string>
{
    /// <summary>As many as a batch of Amazon SQS, or as many requests to a subscriber at the same time.</summary>
    private const int AtATime = 10;

    private static readonly TimeSpan BetweenDeadLetters = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        var view = store.Current;
        if (view.Find(SnsTables.Subscriptions, key) is not { } subscription)
            return await store.CommitAsync(transaction => Deliveries.Drop(transaction, key), cancellation);

        var due = Deliveries.Due(view, subscription, Now, AtATime);
        if (due.Count == 0)
            return Deliveries.Next(view, subscription, Now);
        var (tries, ended, later) = (new List<Try>(), new List<DeliveryRecord>(), new List<DeliveryRecord>());
        foreach (var delivery in due)
        {
            if (view.Find(SnsTables.Notifications, delivery.Notification) is { } notification)
                tries.Add(new Try(delivery, notification, await BodyAsync(subscription, notification, cancellation)));
            else
                ended.Add(delivery);
        }

        if (subscription.IsOfQueue)
            tries = WithinBatch(tries);
        var outcomes =
            tries.Count == 0 ? []
            : subscription.IsOfQueue
                ? await queues.SendAsync(
                    subscription.Endpoint,
                    [.. tries.Select(each => each.Item(subscription))],
                    cancellation
                )
            : await PostAsync(view, subscription, tries, cancellation);
        foreach (var (each, outcome) in tries.Zip(outcomes))
        {
            if (outcome.IsDone || await IsGivenUpAsync(view, subscription, each, outcome, later, cancellation))
                ended.Add(each.Delivery);
        }

        await store.CommitAsync(
            transaction =>
            {
                foreach (var delivery in ended)
                    Deliveries.End(transaction, delivery);
                foreach (var delivery in later)
                {
                    if (transaction.Find(SnsTables.Deliveries, delivery.Key) is not null)
                        transaction.Put(SnsTables.Deliveries, delivery);
                }
            },
            cancellation
        );
        return TimeSpan.Zero;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static List<Try> WithinBatch(List<Try> tries)
    {
        var bytes = 0L;
        var fitting = tries.TakeWhile(each => (bytes += each.Bytes) <= QueueSettings.LargestMessage).ToList();
        return fitting.Count > 0 ? fitting : [tries[0]];
    }

    private async Task<string> BodyAsync(
        SubscriptionRecord subscription,
        NotificationRecord notification,
        CancellationToken cancellation
    )
    {
        if (subscription.IsRaw && notification.Type == NotificationType.Notification)
            return notification.MessageFor(subscription.Protocol);
        var address = platform.GetLeftPart(UriPartial.Authority);
        const string Version = "Version=2010-03-31";
        var topic = Uri.EscapeDataString(notification.TopicArn);
        var confirm = notification.Token is { } token
            ? $"{address}/?Action=ConfirmSubscription&{Version}&TopicArn={topic}&Token={token}"
            : null;
        var end = confirm is null
            ? $"{address}/?Action=Unsubscribe&{Version}&SubscriptionArn={Uri.EscapeDataString(subscription.Arn)}"
            : null;
        var (signature, certificate) = await signer.SignAsync(
            notification,
            subscription.Protocol,
            confirm,
            cancellation
        );
        return Envelope.Write(notification, subscription.Protocol, signature, certificate, confirm, end);
    }

    private Task<SendOutcome[]> PostAsync(
        View view,
        SubscriptionRecord subscription,
        IEnumerable<Try> tries,
        CancellationToken cancellation
    )
    {
        var type = RetriesOf(view, subscription).ContentType;
        return Task.WhenAll(
            tries.Select(each => endpoints.SendAsync(subscription, each.Notification, each.Body, type, cancellation))
        );
    }

    // What may work later is tried again; what does not goes to the subscription's dead-letter queue, or is given up.
    private async Task<bool> IsGivenUpAsync(
        View view,
        SubscriptionRecord subscription,
        Try each,
        SendOutcome outcome,
        List<DeliveryRecord> later,
        CancellationToken cancellation
    )
    {
        var failures = each.Delivery.Failures + 1;
        if (outcome.MayWorkLater && RetriesOf(view, subscription).WaitAfter(failures) is { } wait)
        {
            later.Add(each.Delivery with { Failures = failures, DueAt = Now + (long)wait.TotalMilliseconds });
            return false;
        }

        if (SubscriptionAttributes.DeadLetterTarget(subscription) is { } target)
        {
            var item = each.Item(subscription);
            var dead = (await queues.SendAsync(target, [item], cancellation))[0];
            if (dead.IsDone)
                return true;
            if (dead.MayWorkLater)
            {
                later.Add(
                    each.Delivery with
                    {
                        Failures = failures,
                        DueAt = Now + (long)BetweenDeadLetters.TotalMilliseconds,
                    }
                );
                return false;
            }

            Log.NoDeadLetter(logger, each.Notification.MessageId, subscription.Arn, target, dead.Reason);
        }

        Log.GivenUp(logger, each.Notification.MessageId, subscription.Arn, failures, outcome.Reason);
        return true;
    }

    private static DeliveryRetries RetriesOf(View view, SubscriptionRecord subscription)
    {
        if (subscription.IsOfQueue)
            return DeliveryRetries.OfQueues;
        var policy = subscription.Attributes.GetValueOrDefault(SubscriptionAttributes.DeliveryPolicy)
            ?? view.Find(SnsTables.Topics, subscription.Scope.Key(subscription.Topic))
                ?.Attributes.GetValueOrDefault(TopicAttributes.DeliveryPolicy);
        return policy is null ? DeliveryRetries.OfHttp : DeliveryRetries.Parse(policy);
    }

    private sealed record Try(DeliveryRecord Delivery, NotificationRecord Notification, string Body)
    {
        internal long Bytes =>
            System.Text.Encoding.UTF8.GetByteCount(Body) + MessageAttributes.BytesOf(Notification.Attributes);

        internal QueueSender.Item Item(SubscriptionRecord subscription) => new(Notification, Body, subscription.IsRaw);
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Notification {MessageId} was not delivered to {Subscription} after {Tries} tries: {Reason}"
        )]
        internal static partial void GivenUp(
            ILogger logger,
            string messageId,
            string subscription,
            int tries,
            string reason
        );

        [LoggerMessage(
            2,
            LogLevel.Warning,
            "Notification {MessageId} for {Subscription} was not taken by its dead-letter queue {Queue}: {Reason}"
        )]
        internal static partial void NoDeadLetter(
            ILogger logger,
            string messageId,
            string subscription,
            string queue,
            string reason
        );
    }
}
