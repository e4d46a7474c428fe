using Estiba.Messaging.Queues;
using Estiba.State;

namespace Estiba.Messaging.Messages;

/// <summary>
/// Moves what was received too often to the queue that is named for it ("Using dead-letter queues", developer guide).
/// </summary>
/// <param name="most">How often a message is received before.</param>
/// <param name="source">The queue.</param>
/// <param name="target">Its dead-letter queue.</param>
/// <param name="sequence">Numbers what is moved.</param>
internal sealed class DeadLetters(int most, QueueRecord source, QueueRecord target, Sequence sequence)
{
    /// <summary>Moves a message that is about to be received once more, if that is once too often.</summary>
    internal bool Take(Transaction transaction, MessageRecord message, long now)
    {
        if (message.Receives < most)
            return false;
        var content = transaction.Find(MessagingTables.Contents, message.Key)!;
        QueueContent.Remove(transaction, message, now);
        var key = MessageRecord.KeyOf(target.Content, sequence.Next());

        // It keeps its id and, in a standard queue, its age: it is forgotten as long after it was sent as its new queue
        // keeps messages.
        QueueContent.Add(
            transaction,
            new MessageRecord
            {
                Key = key,
                SentAt = target.IsFifo ? now : message.SentAt,
                VisibleAt = now,
                Group = message.Group,
                IsOrdered = message.IsOrdered,
            },
            content with
            {
                Key = key,
                DeadLetterSource = source.Arn,
            }
        );
        return true;
    }
}
