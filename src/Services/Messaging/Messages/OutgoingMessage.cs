using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Sqs;
using Estiba.Messaging.Queues;
using Estiba.State;

namespace Estiba.Messaging.Messages;

/// <summary>A message that somebody sends, checked by itself; what its queue says of it comes within the
/// transaction.</summary>
internal sealed record OutgoingMessage
{
    /// <summary>How long the same is not sent twice ("Exactly-once processing", developer guide).</summary>
    private static readonly TimeSpan DeduplicationInterval = TimeSpan.FromMinutes(5);

    private const int LongestDelay = 900;

    public required string Body { get; init; }

    public required IReadOnlyList<StoredAttribute> Attributes { get; init; }

    public StoredAttribute? Trace { get; init; }

    public int? DelaySeconds { get; init; }

    public string? Group { get; init; }

    public string? DeduplicationId { get; init; }

    public required string SenderId { get; init; }

    public string MessageId { get; } = Guid.NewGuid().ToString("D");

    /// <summary>How many bytes of the limit it takes.</summary>
    public int Bytes { get; private init; }

    /// <summary>Checks what does not depend on the queue.</summary>
    /// <exception cref="AwsException">It cannot be a message.</exception>
    internal static OutgoingMessage Read(SendMessageBatchRequestEntry entry, CallContext context)
    {
        var body = entry.MessageBody!;
        if (body.Length == 0)
            throw SqsFaults.MissingParameter("MessageBody");
        MessageText.Check(body);
        var attributes = MessageAttributes.Read(entry.MessageAttributes);
        if (entry.MessageGroupId is { } group)
            MessageText.CheckId(group, "MessageGroupId");
        if (entry.MessageDeduplicationId is { } id)
            MessageText.CheckId(id, "MessageDeduplicationId");
        return new OutgoingMessage
        {
            Body = body,
            Attributes = attributes,
            Trace = MessageAttributes.ReadTrace(entry.MessageSystemAttributes),
            DelaySeconds = entry.DelaySeconds,
            Group = entry.MessageGroupId,
            DeduplicationId = entry.MessageDeduplicationId,
            SenderId = Sender(context),
            Bytes = Encoding.UTF8.GetByteCount(body) + MessageAttributes.BytesOf(attributes),
        };
    }

    /// <summary>Checks what depends on the queue.</summary>
    /// <exception cref="AwsException">It cannot be a message of this queue.</exception>
    internal void Check(QueueRecord queue)
    {
        var settings = QueueSettings.Of(queue);
        if (Bytes > settings.MaximumMessageSize)
        {
            throw SqsFaults.InvalidParameterValue(
                $"One or more parameters are invalid. Reason: Message must be shorter than "
                    + $"{settings.MaximumMessageSize} bytes."
            );
        }

        if (DelaySeconds is < 0 or > LongestDelay)
        {
            throw SqsFaults.InvalidParameterValue(
                DelaySeconds,
                "DelaySeconds",
                $"DelaySeconds must be >= 0 and <= {LongestDelay}."
            );
        }

        if (!queue.IsFifo)
        {
            if (DeduplicationId is { } unwanted)
                throw NotForType(unwanted, "MessageDeduplicationId");
            return;
        }

        if (DelaySeconds is > 0)
            throw NotForType(DelaySeconds, "DelaySeconds");
        if (Group is null)
            throw SqsFaults.MissingParameter("MessageGroupId");
        if (DeduplicationId is null && !settings.DeduplicatesByContent)
        {
            throw SqsFaults.InvalidParameterValue(
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
                    + "explicitly"
            );
        }
    }

    /// <summary>Puts it into its queue; of a FIFO queue, unless the same was sent before.</summary>
    /// <returns>The message's id, and its sequence number in a FIFO queue.</returns>
    internal (string MessageId, string? SequenceNumber) Put(
        Transaction transaction,
        QueueRecord queue,
        Sequence sequence,
        long now
    )
    {
        var settings = QueueSettings.Of(queue);
        var id = queue.IsFifo ? DeduplicationId ?? ContentId() : null;
        var sentKey = id is null
            ? null
            : SentRecord.KeyOf(queue.Content, settings.DeduplicatesByGroup ? Group : null, id);
        if (sentKey is not null && transaction.Find(MessagingTables.Sent, sentKey) is { } sent && sent.ExpiresAt > now)
            return (sent.MessageId, MessageRecord.SequenceNumber(sent.Sequence));

        var number = sequence.Next();
        var key = MessageRecord.KeyOf(queue.Content, number);
        QueueContent.Add(
            transaction,
            new MessageRecord
            {
                Key = key,
                SentAt = now,
                VisibleAt =
                    now + (1000L * (queue.IsFifo ? settings.DelaySeconds : DelaySeconds ?? settings.DelaySeconds)),
                Group = Group,
                IsOrdered = queue.IsFifo,
            },
            new ContentRecord
            {
                Key = key,
                MessageId = MessageId,
                Body = Body,
                Attributes = Attributes,
                SenderId = SenderId,
                DeduplicationId = id,
                TraceHeader = Trace?.Text,
            }
        );
        if (sentKey is not null)
        {
            transaction.Put(
                MessagingTables.Sent,
                new SentRecord
                {
                    Key = sentKey,
                    MessageId = MessageId,
                    Sequence = number,
                    ExpiresAt = now + (long)DeduplicationInterval.TotalMilliseconds,
                }
            );
        }

        return (MessageId, queue.IsFifo ? MessageRecord.SequenceNumber(number) : null);
    }

    private string ContentId() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Body)));

    // The unique id of a user or role is IAM's; here its name says who it was.
    private static string Sender(CallContext context) =>
        context.Service
        ?? (
            Arn.TryParse(context.PrincipalArn, out var arn) && arn.Resource != "root"
                ? arn.ResourceName
                : context.AccountId
        );

    private static AwsException NotForType(object value, string parameter) =>
        SqsFaults.InvalidParameterValue(
            value,
            parameter,
            "The request include parameter that is not valid for this queue type"
        );
}
