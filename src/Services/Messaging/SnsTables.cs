using System.Text.Json.Serialization;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Notifications;
using Estiba.Messaging.Signing;
using Estiba.Messaging.Subscriptions;
using Estiba.Messaging.Topics;
using Estiba.State;

namespace Estiba.Messaging;

/// <summary>The state of topics.</summary>
internal static class SnsTables
{
    internal static readonly Table<TopicRecord> Topics = new("sns.topics", topic => topic.Key, SnsJson.Default);

    /// <summary>Subscriptions by who is subscribed to what.</summary>
    internal static readonly Index<SubscriptionRecord> ByEndpoint = new("endpoint", subscription =>
        subscription.Scope.Key($"{subscription.Topic}/{subscription.Protocol}/{subscription.Endpoint}")
    );

    /// <summary>Subscriptions that nobody has confirmed, by when they were made.</summary>
    internal static readonly Index<SubscriptionRecord> Pending = new("pending", subscription =>
        subscription.IsConfirmed ? null : MessagingTables.At("", subscription.CreatedAt.ToUnixTimeMilliseconds())
    );

    internal static readonly Table<SubscriptionRecord> Subscriptions = new(
        "sns.subscriptions",
        subscription => subscription.Key,
        SnsJson.Default,
        ByEndpoint,
        Pending
    );

    internal static readonly Table<NotificationRecord> Notifications = new(
        "sns.notifications",
        notification => notification.Key,
        SnsJson.Default
    );

    /// <summary>The deliveries of a subscription, in the order of publishing.</summary>
    internal static readonly Index<DeliveryRecord> BySubscription = new("subscription", delivery =>
        delivery.Subscription
    );

    /// <summary>The deliveries of a subscription, by when they are due.</summary>
    internal static readonly Index<DeliveryRecord> ByDue = new("due", delivery =>
        MessagingTables.At(delivery.Subscription, delivery.DueAt)
    );

    internal static readonly Table<DeliveryRecord> Deliveries = new(
        "sns.deliveries",
        delivery => delivery.Key,
        SnsJson.Default,
        BySubscription,
        ByDue
    );

    /// <summary>What was published, by when it may be published again.</summary>
    internal static readonly Index<SentRecord> SentByEnd = new("end", sent => MessagingTables.At("", sent.ExpiresAt));

    internal static readonly Table<SentRecord> Sent = new("sns.sent", sent => sent.Key, SnsJson.Default, SentByEnd);

    internal static readonly Table<SigningRecord> Signing = new("sns.signing", record => record.Name, SnsJson.Default);

    /// <summary>All of them, to open the store with.</summary>
    internal static IReadOnlyList<Table> All { get; } =
    [Topics, Subscriptions, Notifications, Deliveries, Sent, Signing];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(TopicRecord))]
[JsonSerializable(typeof(SubscriptionRecord))]
[JsonSerializable(typeof(NotificationRecord))]
[JsonSerializable(typeof(DeliveryRecord))]
[JsonSerializable(typeof(SentRecord))]
[JsonSerializable(typeof(SigningRecord))]
internal sealed partial class SnsJson : JsonSerializerContext;
