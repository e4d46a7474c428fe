using Estiba.Messaging.Messages;
using Estiba.Messaging.Moves;
using Estiba.Messaging.Queues;
using Estiba.State;

namespace Estiba.Messaging.Cleaning;

/// <summary>Forgets what has been kept long enough: messages, what was sent to FIFO queues, and moves.</summary>
internal sealed class Retention(Store store, TimeProvider time)
{
    private const int AtATime = 500;
    private const int MovesKept = 10;

    internal async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var queue in store.Current.Range(MessagingTables.Queues).ToList())
            await RepeatAsync(transaction => ForgetMessages(transaction, queue.Key), cancellation);
        await RepeatAsync(ForgetSent, cancellation);
        await store.CommitAsync(ForgetMoves, cancellation);
    }

    private async Task RepeatAsync(Func<Transaction, int> forget, CancellationToken cancellation)
    {
        while (await store.CommitAsync(forget, cancellation) == AtATime)
            cancellation.ThrowIfCancellationRequested();
    }

    // The oldest come first; one that was moved from another queue is older than its place, and forgotten when it is
    // reached or asked for.
    private int ForgetMessages(Transaction transaction, string key)
    {
        if (transaction.Find(MessagingTables.Queues, key) is not { } queue)
            return 0;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var over = transaction
            .Range(MessagingTables.Messages, queue.Content + "/")
            .TakeWhile(message => QueueContent.IsOver(queue, message, now))
            .Take(AtATime)
            .ToList();
        foreach (var message in over)
            QueueContent.Remove(transaction, message, now);
        return over.Count;
    }

    private int ForgetSent(Transaction transaction)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var over = transaction
            .InOrder(MessagingTables.Sent, MessagingTables.SentByEnd, before: MessagingTables.At("", now + 1))
            .Take(AtATime)
            .ToList();
        foreach (var sent in over)
            transaction.Delete(MessagingTables.Sent, sent.Key);
        return over.Count;
    }

    // ListMessageMoveTasks shows the ten newest of a queue.
    private static void ForgetMoves(Transaction transaction)
    {
        var bySource = transaction.Range(MessagingTables.Moves).GroupBy(move => (move.Scope, move.SourceArn)).ToList();
        foreach (
            var move in bySource.SelectMany(moves => moves.OrderByDescending(move => move.StartedAt).Skip(MovesKept))
        )
        {
            if (!MoveStep.IsUnderWay(move))
                transaction.Delete(MessagingTables.Moves, move.Key);
        }
    }
}
