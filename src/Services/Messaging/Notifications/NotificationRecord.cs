using Estiba.Contracts;
using Estiba.Messaging.Messages;

namespace Estiba.Messaging.Notifications;

/// <summary>What was published, as long as somebody has not got it yet.</summary>
internal sealed record NotificationRecord
{
    /// <summary>What its topic's keys begin with, and its place in the order of publishing.</summary>
    public required string Key { get; init; }

    /// <summary>The account and region of its topic.</summary>
    public required Scope Scope { get; init; }

    /// <summary>One of <see cref="NotificationType"/>.</summary>
    public required string Type { get; init; }

    /// <summary>A UUID.</summary>
    public required string MessageId { get; init; }

    /// <summary>The topic's ARN.</summary>
    public required string TopicArn { get; init; }

    /// <summary>The subject; null for none.</summary>
    public string? Subject { get; init; }

    /// <summary>The message.</summary>
    public required string Message { get; init; }

    /// <summary>What those get instead who are subscribed by a protocol.</summary>
    public IReadOnlyDictionary<string, string> ByProtocol { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Its attributes.</summary>
    public IReadOnlyList<StoredAttribute> Attributes { get; init; } = [];

    /// <summary>When it was published.</summary>
    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>The message group; null for none.</summary>
    public string? Group { get; init; }

    /// <summary>What it was told apart by from what is published twice; null for none.</summary>
    public string? DeduplicationId { get; init; }

    /// <summary>The number that its publisher was told; null for a standard topic.</summary>
    public string? SequenceNumber { get; init; }

    /// <summary>What confirms a subscription; null for all but that.</summary>
    public string? Token { get; init; }

    /// <summary><c>1</c> or <c>2</c>: how it is signed.</summary>
    public required string SignatureVersion { get; init; }

    /// <summary>What those get who are subscribed by a protocol.</summary>
    internal string MessageFor(string protocol) => ByProtocol.GetValueOrDefault(protocol, Message);
}

/// <summary>The kinds of what is delivered.</summary>
internal static class NotificationType
{
    internal const string Notification = "Notification";
    internal const string SubscriptionConfirmation = "SubscriptionConfirmation";
}

/// <summary>That somebody is to get a notification.</summary>
internal sealed record DeliveryRecord
{
    /// <summary>The notification's key, and the subscription's id.</summary>
    public required string Key { get; init; }

    /// <summary>The notification's key.</summary>
    public required string Notification { get; init; }

    /// <summary>The subscription's key.</summary>
    public required string Subscription { get; init; }

    /// <summary>Whether it goes to a queue.</summary>
    public bool IsOfQueue { get; init; }

    /// <summary>How often it was tried, and failed.</summary>
    public int Failures { get; init; }

    /// <summary>When it is to be tried, in milliseconds.</summary>
    public required long DueAt { get; init; }
}
