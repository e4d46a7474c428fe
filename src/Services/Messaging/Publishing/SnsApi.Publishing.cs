using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Notifications;
using Estiba.Messaging.Publishing;
using Estiba.Messaging.Subscriptions;
using Estiba.Messaging.Topics;
using Estiba.State;

namespace Estiba.Messaging;

/// <content>Publishing to topics.</content>
public sealed partial class SnsApi
{
    private const int MostInBatch = 10;
    private const int LongestEntryId = 80;
    private static readonly TimeSpan DeduplicationInterval = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public async Task<PublishResponse> PublishAsync(
        PublishInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.PhoneNumber is not null)
            throw Invalid("PhoneNumber Reason: Estiba sends no text messages");
        if (request.TopicArn is not null && request.TargetArn is not null)
            throw Invalid("TopicArn or TargetArn Reason: both are given");
        var arn = request.TopicArn
            ?? request.TargetArn
            ?? throw Invalid("TopicArn or TargetArn Reason: no value for required parameter");
        var topic = TopicNames.Require(_store.Current, context, arn);
        var publication = Publication.Read(
            new PublishBatchRequestEntry
            {
                Message = request.Message,
                Subject = request.Subject,
                MessageStructure = request.MessageStructure,
                MessageAttributes = request.MessageAttributes,
                MessageDeduplicationId = request.MessageDeduplicationId,
                MessageGroupId = request.MessageGroupId,
            },
            topic
        );
        var published = await PublishAsync(topic, [publication], context, cancellation);
        return new PublishResponse { MessageId = published[0].MessageId, SequenceNumber = published[0].SequenceNumber };
    }

    /// <inheritdoc/>
    public async Task<PublishBatchResponse> PublishBatchAsync(
        PublishBatchInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var entries = request.PublishBatchRequestEntries!;
        CheckBatch(entries);
        var topic = TopicNames.Require(_store.Current, context, request.TopicArn);
        var (failed, ids) = (new List<BatchResultErrorEntry>(), new List<string>());
        var publications = new List<Publication>();
        foreach (var entry in entries)
        {
            try
            {
                publications.Add(Publication.Read(entry, topic));
                ids.Add(entry.Id!);
            }
            catch (AwsException wrong)
            {
                failed.Add(
                    new BatchResultErrorEntry
                    {
                        Id = entry.Id,
                        Code = wrong.Code,
                        Message = wrong.Message,
                        SenderFault = true,
                    }
                );
            }
        }

        if (publications.Sum(each => (long)each.Bytes) > Publication.Largest)
        {
            throw SnsErrors.BatchRequestTooLongException(
                "The length of all the messages put together is more than the limit."
            );
        }

        var published = await PublishAsync(topic, publications, context, cancellation);
        return new PublishBatchResponse { Successful = [.. ids.Zip(published, (id, each) => new PublishBatchResultEntry
                    {
                        Id = id,
                        MessageId = each.MessageId,
                        SequenceNumber = each.SequenceNumber,
                    })], Failed = failed };
    }

    private static void CheckBatch(IReadOnlyList<PublishBatchRequestEntry> entries)
    {
        if (entries.Count == 0)
            throw SnsErrors.EmptyBatchRequestException("The batch request doesn't contain any entries.");
        if (entries.Count > MostInBatch)
        {
            throw SnsErrors.TooManyEntriesInBatchRequestException(
                "The batch request contains more entries than permissible."
            );
        }

        if (
            entries.Any(entry =>
                entry.Id!.Length is 0 or > LongestEntryId
                || !entry.Id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
            )
        )
        {
            throw SnsErrors.InvalidBatchEntryIdException(
                "The Id of a batch entry in a batch request doesn't abide by the specification."
            );
        }

        if (entries.DistinctBy(entry => entry.Id).Count() < entries.Count)
        {
            throw SnsErrors.BatchEntryIdsNotDistinctException(
                "Two or more batch entries in the request have the same Id."
            );
        }
    }

    // Who wants what is found out before the transaction, which must be short: a subscription that is made meanwhile
    // hears of what is published later.
    private async Task<IReadOnlyList<(string MessageId, string? SequenceNumber)>> PublishAsync(
        TopicRecord topic,
        IReadOnlyList<Publication> publications,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var now = _time.GetUtcNow();
        var view = _store.Current;
        CheckRoom(view);
        var subscriptions = view.Range(SnsTables.Subscriptions, topic.Prefix).Where(each => each.IsConfirmed).ToList();
        var wanted = publications
            .Select(publication =>
            {
                var notification = NotificationOf(topic, publication, now);
                var by = subscriptions.Where(each => SubscriptionAttributes.Wants(each, notification)).ToList();
                return (Publication: publication, Notification: notification, By: by);
            })
            .ToList();
        return await _store.CommitAsync(
            transaction =>
            {
                TopicNames.Require(transaction, context, topic.Arn);
                var sequence = new Sequence(transaction);
                var published = new List<(string, string?)>();
                foreach (var each in wanted)
                    published.Add(Publish(transaction, topic, each.Notification, each.By, sequence, now));
                return published;
            },
            cancellation
        );
    }

    private static (string MessageId, string? SequenceNumber) Publish(
        Transaction transaction,
        TopicRecord topic,
        NotificationRecord notification,
        IReadOnlyList<SubscriptionRecord> subscriptions,
        Sequence sequence,
        DateTimeOffset now
    )
    {
        var time = now.ToUnixTimeMilliseconds();
        var sentKey = notification.DeduplicationId is { } id ? SentRecord.KeyOf(topic.Key, null, id) : null;
        if (sentKey is not null && transaction.Find(SnsTables.Sent, sentKey) is { } sent && sent.ExpiresAt > time)
            return (sent.MessageId, MessageRecord.SequenceNumber(sent.Sequence));

        var number = sequence.Next();
        var numbered = notification with
        {
            Key = MessageRecord.KeyOf(topic.Key, number),
            SequenceNumber = topic.IsFifo ? MessageRecord.SequenceNumber(number) : null,
        };
        if (sentKey is not null)
        {
            transaction.Put(
                SnsTables.Sent,
                new SentRecord
                {
                    Key = sentKey,
                    MessageId = notification.MessageId,
                    Sequence = number,
                    ExpiresAt = time + (long)DeduplicationInterval.TotalMilliseconds,
                }
            );
        }

        Deliver(
            transaction,
            numbered,
            subscriptions.Where(each => transaction.Find(SnsTables.Subscriptions, each.Key) is not null),
            now
        );
        return (numbered.MessageId, numbered.SequenceNumber);
    }

    private static NotificationRecord NotificationOf(TopicRecord topic, Publication publication, DateTimeOffset now) =>
        new()
        {
            Key = "",
            Scope = topic.Scope,
            Type = NotificationType.Notification,
            MessageId = publication.MessageId,
            TopicArn = topic.Arn,
            Subject = publication.Subject,
            Message = publication.Message,
            ByProtocol = publication.ByProtocol,
            Attributes = publication.Attributes,
            PublishedAt = now,
            Group = publication.Group,
            DeduplicationId = publication.DeduplicationId,
            SignatureVersion = topic.Attributes.GetValueOrDefault(TopicAttributes.SignatureVersion, "1"),
        };

    // What cannot be delivered yet is in memory.
    private void CheckRoom(View view)
    {
        if (view.Count(SnsTables.Deliveries) < _options.MostMessages)
            return;
        throw new AwsException(
            "Throttled",
            $"Rate exceeded: {_options.MostMessages} deliveries wait already. Publish again when subscribers have "
                + "caught up.",
            429
        );
    }
}
