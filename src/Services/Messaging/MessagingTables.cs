using System.Text.Json.Serialization;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Moves;
using Estiba.Messaging.Queues;
using Estiba.State;

namespace Estiba.Messaging;

/// <summary>The state of queues.</summary>
internal static class MessagingTables
{
    /// <summary>Queues by the dead-letter queue that they name.</summary>
    internal static readonly Index<QueueRecord> QueuesByTarget = new("dead-letter-target", queue =>
        QueueSettings.Of(queue).Redrive is { } redrive ? queue.Scope.Key(redrive.TargetArn) : null
    );

    internal static readonly Table<QueueRecord> Queues = new(
        "sqs.queues",
        queue => queue.Key,
        MessagingJson.Default,
        QueuesByTarget
    );

    /// <summary>Messages that nobody has received yet, by when they can be.</summary>
    internal static readonly Index<MessageRecord> Unreceived = new("unreceived", message =>
        message.Receives == 0 ? At(message.Content, message.VisibleAt) : null
    );

    /// <summary>Messages that somebody has received, by when they can be again.</summary>
    internal static readonly Index<MessageRecord> Received = new("received", message =>
        message.Receives > 0 ? At(message.Content, message.VisibleAt) : null
    );

    /// <summary>The messages of a group, in their order.</summary>
    internal static readonly Index<MessageRecord> ByGroup = new("group", message =>
        message is { IsOrdered: true, Group: { } group } ? GroupRecord.KeyOf(message.Content, group) : null
    );

    internal static readonly Table<MessageRecord> Messages = new(
        "sqs.messages",
        message => message.Key,
        MessagingJson.Default,
        Unreceived,
        Received,
        ByGroup
    );

    /// <summary>How many bytes all messages take.</summary>
    internal static readonly Aggregate<ContentRecord, Held> Sizes = new(
        "size",
        static _ => "",
        new Held(0),
        static (held, before, after) => new Held(held.Bytes - (before?.Size ?? 0) + (after?.Size ?? 0))
    );

    internal static readonly Table<ContentRecord> Contents = new(
        "sqs.contents",
        content => content.Key,
        MessagingJson.Default
    )
    {
        Aggregates = [Sizes],
    };

    /// <summary>Groups by when their next message can be received.</summary>
    internal static readonly Index<GroupRecord> FreeGroups = new("free", group => At(group.Content, group.FreeAt));

    internal static readonly Table<GroupRecord> Groups = new(
        "sqs.groups",
        group => group.Key,
        MessagingJson.Default,
        FreeGroups
    );

    /// <summary>What was sent, by when it may be sent again.</summary>
    internal static readonly Index<SentRecord> SentByEnd = new("end", sent => At("", sent.ExpiresAt));

    internal static readonly Table<SentRecord> Sent = new(
        "sqs.sent",
        sent => sent.Key,
        MessagingJson.Default,
        SentByEnd
    );

    internal static readonly Table<RemovalRecord> Removals = new(
        "sqs.removals",
        removal => removal.Content,
        MessagingJson.Default
    );

    internal static readonly Table<MoveRecord> Moves = new("sqs.moves", move => move.Key, MessagingJson.Default);

    /// <summary>All of them, to open the store with.</summary>
    internal static IReadOnlyList<Table> All { get; } = [Queues, Messages, Contents, Groups, Sent, Removals, Moves];

    /// <summary>A key that is ordered by a time, in milliseconds.</summary>
    internal static string At(string content, long time) => $"{content}/{time:D15}";
}

/// <summary>What all messages amount to.</summary>
/// <param name="Bytes">How many bytes they take.</param>
internal sealed record Held(long Bytes);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(QueueRecord))]
[JsonSerializable(typeof(MessageRecord))]
[JsonSerializable(typeof(ContentRecord))]
[JsonSerializable(typeof(GroupRecord))]
[JsonSerializable(typeof(SentRecord))]
[JsonSerializable(typeof(RemovalRecord))]
[JsonSerializable(typeof(MoveRecord))]
internal sealed partial class MessagingJson : JsonSerializerContext;
