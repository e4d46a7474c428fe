using Estiba.Messaging.Messages;
using Estiba.Messaging.Queues;
using Estiba.State;

namespace Estiba.Messaging.Moves;

/// <summary>
/// Moves the messages of a dead-letter queue, so many at a time ("StartMessageMoveTask", API reference). A message that
/// is moved is a new one, with a new id and age.
/// </summary>
internal sealed class MoveStep(TimeProvider time)
{
    private const int AtATime = 100;

    /// <summary>Whether there is something left to do.</summary>
    internal static bool IsUnderWay(MoveRecord move) => move.Status is MoveStatus.Running or MoveStatus.Cancelling;

    /// <summary>The next step.</summary>
    internal TimeSpan? Step(Transaction transaction, string key)
    {
        if (transaction.Find(MessagingTables.Moves, key) is not { } move || !IsUnderWay(move))
            return null;
        if (move.Status == MoveStatus.Cancelling)
        {
            transaction.Put(MessagingTables.Moves, move with { Status = MoveStatus.Cancelled });
            return null;
        }

        if (QueueNames.FindByArn(transaction, move.Scope, move.SourceArn) is not { } source)
            return Fail(transaction, move, "AWS.SimpleQueueService.NonExistentQueue");

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var most = Math.Min(move.MostPerSecond ?? AtATime, AtATime);
        var sequence = new Sequence(transaction);
        var messages = QueueContent
            .Visible(transaction, source, now)
            .Where(message => message.Sequence <= move.Last)
            .Take(most)
            .ToList();
        foreach (var message in messages)
        {
            var content = transaction.Find(MessagingTables.Contents, message.Key)!;
            if (
                (move.DestinationArn ?? content.DeadLetterSource) is not { } destination
                || QueueNames.FindByArn(transaction, move.Scope, destination) is not { } target
            )
                return Fail(transaction, move, "CouldNotDetermineMessageSource");
            QueueContent.Remove(transaction, message, now);
            var moved = MessageRecord.KeyOf(target.Content, sequence.Next());
            QueueContent.Add(
                transaction,
                new MessageRecord
                {
                    Key = moved,
                    SentAt = now,
                    VisibleAt = now,
                    Group = message.Group,
                    IsOrdered = target.IsFifo,
                },
                content with
                {
                    Key = moved,
                    MessageId = Guid.NewGuid().ToString("D"),
                    DeadLetterSource = null,
                }
            );
            move = move with { Moved = move.Moved + 1 };
        }

        if (messages.Count < most)
            move = move with { Status = MoveStatus.Completed };
        transaction.Put(MessagingTables.Moves, move);
        return move.Status == MoveStatus.Completed ? null
            : move.MostPerSecond is { } pace ? TimeSpan.FromSeconds((double)most / pace)
            : TimeSpan.Zero;
    }

    private static TimeSpan? Fail(Transaction transaction, MoveRecord move, string reason)
    {
        transaction.Put(MessagingTables.Moves, move with { Status = MoveStatus.Failed, FailureReason = reason });
        return null;
    }
}
