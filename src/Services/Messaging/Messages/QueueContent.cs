using Estiba.Messaging.Queues;
using Estiba.State;

namespace Estiba.Messaging.Messages;

/// <summary>What a queue holds: how many messages, which can be received, and how they come and go.</summary>
internal static class QueueContent
{
    /// <summary>
    /// How many of a group may be in flight: as many as one receive gives, since no other is answered before.
    /// </summary>
    private const int MostInFlightOfGroup = 10;

    private const string AfterTimes = "~";

    /// <summary>How many messages can be received, are in flight, and are delayed.</summary>
    internal static (int Visible, int NotVisible, int Delayed) Count(View view, string content, long now)
    {
        var later = MessagingTables.At(content, now + 1);
        var (notVisible, delayed) = (
            view.CountBetween(MessagingTables.Messages, MessagingTables.Received, later, $"{content}/{AfterTimes}"),
            view.CountBetween(MessagingTables.Messages, MessagingTables.Unreceived, later, $"{content}/{AfterTimes}")
        );
        var all = view.Count(MessagingTables.Messages, content + "/");
        return (all - notVisible - delayed, notVisible, delayed);
    }

    /// <summary>When the next message can be received, in milliseconds; null when there is none.</summary>
    internal static long? NextAt(View view, QueueRecord queue)
    {
        if (queue.IsFifo)
        {
            return view.InOrder(
                    MessagingTables.Groups,
                    MessagingTables.FreeGroups,
                    queue.Content + "/",
                    $"{queue.Content}/{AfterTimes}"
                )
                .FirstOrDefault()
                ?.FreeAt;
        }

        var unreceived = First(MessagingTables.Unreceived);
        var received = First(MessagingTables.Received);
        return unreceived is null ? received
            : received is null ? unreceived
            : Math.Min(unreceived.Value, received.Value);

        long? First(Index<MessageRecord> index) =>
            view.InOrder(MessagingTables.Messages, index, queue.Content + "/", $"{queue.Content}/{AfterTimes}")
                .FirstOrDefault()
                ?.VisibleAt;
    }

    /// <summary>
    /// The messages that can be received, in their order: in a standard queue those first that wait longest, in a FIFO
    /// queue group by group. What is put while they are walked does not show.
    /// </summary>
    internal static IEnumerable<MessageRecord> Visible(View view, QueueRecord queue, long now) =>
        queue.IsFifo ? VisibleInGroups(view, queue.Content, now) : VisibleInAny(view, queue.Content, now);

    /// <summary>Whether a message is older than its queue keeps messages.</summary>
    internal static bool IsOver(QueueRecord queue, MessageRecord message, long now) =>
        now - message.SentAt >= (long)QueueSettings.Of(queue).Retention.TotalMilliseconds;

    /// <summary>Adds a message.</summary>
    internal static void Add(Transaction transaction, MessageRecord message, ContentRecord content)
    {
        transaction.Put(MessagingTables.Messages, message);
        transaction.Put(MessagingTables.Contents, content);
        if (message is { IsOrdered: true, Group: { } group })
            Settle(transaction, message.Content, group, message.SentAt);
    }

    /// <summary>Changes where a message stands.</summary>
    internal static void Change(Transaction transaction, MessageRecord message, long now)
    {
        transaction.Put(MessagingTables.Messages, message);
        if (message is { IsOrdered: true, Group: { } group })
            Settle(transaction, message.Content, group, now);
    }

    /// <summary>Takes a message away.</summary>
    internal static void Remove(Transaction transaction, MessageRecord message, long now)
    {
        transaction.Delete(MessagingTables.Messages, message.Key);
        transaction.Delete(MessagingTables.Contents, message.Key);
        if (message is { IsOrdered: true, Group: { } group })
            Settle(transaction, message.Content, group, now);
    }

    private static IEnumerable<MessageRecord> VisibleInAny(View view, string content, long now)
    {
        using var unreceived = Until(MessagingTables.Unreceived).GetEnumerator();
        using var received = Until(MessagingTables.Received).GetEnumerator();
        var (hasFirst, hasSecond) = (unreceived.MoveNext(), received.MoveNext());
        while (hasFirst || hasSecond)
        {
            if (hasFirst && (!hasSecond || unreceived.Current.VisibleAt <= received.Current.VisibleAt))
            {
                yield return unreceived.Current;
                hasFirst = unreceived.MoveNext();
            }
            else
            {
                yield return received.Current;
                hasSecond = received.MoveNext();
            }
        }

        IEnumerable<MessageRecord> Until(Index<MessageRecord> index) =>
            view.InOrder(MessagingTables.Messages, index, content + "/", MessagingTables.At(content, now + 1));
    }

    private static IEnumerable<MessageRecord> VisibleInGroups(View view, string content, long now)
    {
        var groups = view.InOrder(
            MessagingTables.Groups,
            MessagingTables.FreeGroups,
            content + "/",
            MessagingTables.At(content, now + 1)
        );
        return groups.SelectMany(group =>
            view.Where(MessagingTables.Messages, MessagingTables.ByGroup, group.Key)
                .TakeWhile(message => message.VisibleAt <= now)
        );
    }

    // A group is free when nothing of it is in flight and its first message is not delayed. What is in flight stands at
    // its beginning.
    private static void Settle(Transaction transaction, string content, string group, long now)
    {
        var key = GroupRecord.KeyOf(content, group);
        long? first = null;
        long inFlightUntil = 0;
        foreach (
            var message in transaction
                .Where(MessagingTables.Messages, MessagingTables.ByGroup, key)
                .Take(MostInFlightOfGroup)
        )
        {
            first ??= message.VisibleAt;
            if (message.Receives > 0 && message.VisibleAt > now)
                inFlightUntil = Math.Max(inFlightUntil, message.VisibleAt);
        }

        if (first is not { } beginning)
        {
            transaction.Delete(MessagingTables.Groups, key);
            return;
        }

        var freeAt = inFlightUntil > 0 ? inFlightUntil : beginning;
        if (transaction.Find(MessagingTables.Groups, key)?.FreeAt != freeAt)
        {
            transaction.Put(
                MessagingTables.Groups,
                new GroupRecord
                {
                    Key = key,
                    Content = content,
                    FreeAt = freeAt,
                }
            );
        }
    }
}
