using Estiba.Contracts;
using Estiba.Contracts.Sqs;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Queues;
using Estiba.State;

namespace Estiba.Messaging;

/// <content>Sending messages.</content>
public sealed partial class SqsApi
{
    /// <inheritdoc/>
    public async Task<SendMessageResult> SendMessageAsync(
        SendMessageRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var message = OutgoingMessage.Read(
            new SendMessageBatchRequestEntry
            {
                MessageBody = request.MessageBody,
                DelaySeconds = request.DelaySeconds,
                MessageAttributes = request.MessageAttributes,
                MessageSystemAttributes = request.MessageSystemAttributes,
                MessageDeduplicationId = request.MessageDeduplicationId,
                MessageGroupId = request.MessageGroupId,
            },
            context
        );
        var now = Now;
        var (id, number) = await _store.CommitAsync(
            transaction =>
            {
                var queue = QueueNames.Require(transaction, context, request.QueueUrl!);
                message.Check(queue);
                CheckRoom(transaction);
                return message.Put(transaction, queue, new Sequence(transaction), now);
            },
            cancellation
        );
        return new SendMessageResult
        {
            MessageId = id,
            SequenceNumber = number,
            MD5OfMessageBody = MessageAttributes.Md5(message.Body),
            MD5OfMessageAttributes = MessageAttributes.Md5(message.Attributes),
            MD5OfMessageSystemAttributes = message.Trace is { } trace ? MessageAttributes.Md5([trace]) : null,
        };
    }

    /// <inheritdoc/>
    public async Task<SendMessageBatchResult> SendMessageBatchAsync(
        SendMessageBatchRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var entries = request.Entries!;
        MessageText.CheckBatch([.. entries.Select(entry => entry.Id!)], "SendMessageBatchRequestEntry");
        var failed = new List<BatchResultErrorEntry>();
        var messages = new List<(string Id, OutgoingMessage Message)>();
        foreach (var entry in entries)
            Try(entry.Id!, failed, () => messages.Add((entry.Id!, OutgoingMessage.Read(entry, context))));
        if (messages.Sum(each => (long)each.Message.Bytes) is > QueueSettings.LargestMessage and var bytes)
        {
            throw SqsErrors.BatchRequestTooLong(
                $"Batch requests cannot be longer than {QueueSettings.LargestMessage} bytes. You have sent {bytes} "
                    + "bytes."
            );
        }

        var now = Now;
        var sent = new List<SendMessageBatchResultEntry>();
        await _store.CommitAsync(
            transaction =>
            {
                var queue = QueueNames.Require(transaction, context, request.QueueUrl!);
                CheckRoom(transaction);
                var sequence = new Sequence(transaction);
                foreach (var (id, message) in messages)
                {
                    Try(id, failed, () =>
                    {
                        message.Check(queue);
                        var (messageId, number) = message.Put(transaction, queue, sequence, now);
                        sent.Add(
                            new SendMessageBatchResultEntry
                            {
                                Id = id,
                                MessageId = messageId,
                                SequenceNumber = number,
                            }
                        );
                    });
                }
            },
            cancellation
        );
        return new SendMessageBatchResult { Successful = Some([.. sent.Select(WithDigests)]), Failed = Some(failed) };

        SendMessageBatchResultEntry WithDigests(SendMessageBatchResultEntry entry)
        {
            var message = messages.Find(each => each.Id == entry.Id).Message;
            return entry with
            {
                MD5OfMessageBody = MessageAttributes.Md5(message.Body),
                MD5OfMessageAttributes = MessageAttributes.Md5(message.Attributes),
                MD5OfMessageSystemAttributes = message.Trace is { } trace ? MessageAttributes.Md5([trace]) : null,
            };
        }
    }

    // As on AWS, none is no list: programs look whether there is one.
    private static List<T>? Some<T>(List<T> entries) => entries.Count > 0 ? entries : null;

    /// <summary>Of a batch, what is wrong with an entry is told of that entry.</summary>
    private static void Try(string id, List<BatchResultErrorEntry> failed, Action act)
    {
        try
        {
            act();
        }
        catch (AwsException wrong)
        {
            failed.Add(
                new BatchResultErrorEntry
                {
                    Id = id,
                    Code = wrong.QueryCode ?? wrong.Code,
                    Message = wrong.Message,
                    SenderFault = wrong.StatusCode < 500,
                }
            );
        }
    }

    // On AWS there is room for any number of messages; here they are in memory.
    private void CheckRoom(View view)
    {
        if (
            view.Count(MessagingTables.Messages) >= _options.MostMessages
            || view.Aggregate(MessagingTables.Contents, MessagingTables.Sizes, "").Bytes >= _options.MostBytes
        )
        {
            throw SqsErrors.OverLimit(
                $"The queues of this platform are full: they hold at most {_options.MostMessages} messages and "
                    + $"{_options.MostBytes} bytes. Receive and delete messages, or purge a queue."
            );
        }
    }
}
