using Estiba.Messaging.Messages;
using Estiba.Messaging.Queues;
using Estiba.State;

namespace Estiba.Messaging.Cleaning;

/// <summary>Takes away what a queue held that is gone or was purged, so many messages at a time.</summary>
internal static class Removal
{
    private const int AtATime = 500;

    /// <summary>Makes nobody see what a queue holds any more.</summary>
    internal static void Begin(Transaction transaction, QueueRecord queue) =>
        transaction.Put(MessagingTables.Removals, new RemovalRecord(queue.Content));

    /// <summary>The next step.</summary>
    internal static TimeSpan? Step(Transaction transaction, string content)
    {
        if (transaction.Find(MessagingTables.Removals, content) is null)
            return null;
        var messages = transaction.Range(MessagingTables.Messages, content + "/").Take(AtATime).ToList();
        foreach (var message in messages)
        {
            transaction.Delete(MessagingTables.Messages, message.Key);
            transaction.Delete(MessagingTables.Contents, message.Key);
        }

        var groups = transaction.Range(MessagingTables.Groups, content + "/").Take(AtATime).ToList();
        foreach (var group in groups)
            transaction.Delete(MessagingTables.Groups, group.Key);
        if (messages.Count == AtATime || groups.Count == AtATime)
            return TimeSpan.Zero;
        transaction.Delete(MessagingTables.Removals, content);
        return null;
    }
}
