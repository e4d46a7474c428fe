using System.Globalization;
using Estiba.Messaging.Queues;

namespace Estiba.Messaging.Messages;

/// <summary>What SQS itself says of a message ("ReceiveMessage", API reference).</summary>
internal static class SystemAttribute
{
    internal const string All = "All";
    private const string SenderId = "SenderId";
    private const string SentTimestamp = "SentTimestamp";
    private const string ApproximateReceiveCount = "ApproximateReceiveCount";
    private const string ApproximateFirstReceiveTimestamp = "ApproximateFirstReceiveTimestamp";
    private const string SequenceNumber = "SequenceNumber";
    private const string MessageDeduplicationId = "MessageDeduplicationId";
    private const string MessageGroupId = "MessageGroupId";
    private const string TraceHeader = "AWSTraceHeader";
    private const string DeadLetterQueueSourceArn = "DeadLetterQueueSourceArn";

    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        All,
        SenderId,
        SentTimestamp,
        ApproximateReceiveCount,
        ApproximateFirstReceiveTimestamp,
        SequenceNumber,
        MessageDeduplicationId,
        MessageGroupId,
        TraceHeader,
        DeadLetterQueueSourceArn,
    };

    /// <summary>Whether a receiver may ask for it; the names of a queue's attributes may stand there, too.</summary>
    internal static bool IsKnown(string name) => Names.Contains(name) || AttributeRules.IsKnown(name);

    /// <summary>All that is known of a message.</summary>
    internal static Dictionary<string, string> Of(QueueRecord queue, MessageRecord message, ContentRecord content)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SenderId] = content.SenderId,
            [SentTimestamp] = Text(message.SentAt),
            [ApproximateReceiveCount] = Text(message.Receives),
            [ApproximateFirstReceiveTimestamp] = Text(message.FirstReceivedAt),
        };
        if (queue.IsFifo)
            all[SequenceNumber] = MessageRecord.SequenceNumber(message.Sequence);
        Add(MessageDeduplicationId, content.DeduplicationId);
        Add(MessageGroupId, message.Group);
        Add(TraceHeader, content.TraceHeader);
        Add(DeadLetterQueueSourceArn, content.DeadLetterSource);
        return all;

        void Add(string name, string? value)
        {
            if (value is not null)
                all[name] = value;
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
