using Estiba.Contracts;
using Estiba.Contracts.Sqs;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Queues;
using Estiba.State;

namespace Estiba.Messaging;

/// <content>Deleting messages, and changing when they can be received again.</content>
public sealed partial class SqsApi
{
    /// <inheritdoc/>
    public Task<DeleteMessageResponse> DeleteMessageAsync(
        DeleteMessageRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var queue = QueueNames.Require(transaction, context, request.QueueUrl!);
                Delete(transaction, queue, request.ReceiptHandle!);
                return new DeleteMessageResponse();
            },
            cancellation
        );

    /// <inheritdoc/>
    public Task<DeleteMessageBatchResult> DeleteMessageBatchAsync(
        DeleteMessageBatchRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var entries = request.Entries!;
        MessageText.CheckBatch([.. entries.Select(entry => entry.Id!)], "DeleteMessageBatchRequestEntry");
        return _store.CommitAsync(
            transaction =>
            {
                var queue = QueueNames.Require(transaction, context, request.QueueUrl!);
                var (deleted, failed) = (new List<DeleteMessageBatchResultEntry>(), new List<BatchResultErrorEntry>());
                foreach (var entry in entries)
                {
                    Try(entry.Id!, failed, () =>
                    {
                        Delete(transaction, queue, entry.ReceiptHandle!);
                        deleted.Add(new DeleteMessageBatchResultEntry { Id = entry.Id });
                    });
                }

                return new DeleteMessageBatchResult { Successful = Some(deleted), Failed = Some(failed) };
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<ChangeMessageVisibilityResponse> ChangeMessageVisibilityAsync(
        ChangeMessageVisibilityRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var queue = QueueNames.Require(transaction, context, request.QueueUrl!);
                ChangeVisibility(transaction, queue, request.ReceiptHandle!, request.VisibilityTimeout);
                return new ChangeMessageVisibilityResponse();
            },
            cancellation
        );

    /// <inheritdoc/>
    public Task<ChangeMessageVisibilityBatchResult> ChangeMessageVisibilityBatchAsync(
        ChangeMessageVisibilityBatchRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var entries = request.Entries!;
        MessageText.CheckBatch([.. entries.Select(entry => entry.Id!)], "ChangeMessageVisibilityBatchRequestEntry");
        return _store.CommitAsync(
            transaction =>
            {
                var queue = QueueNames.Require(transaction, context, request.QueueUrl!);
                var changed = new List<ChangeMessageVisibilityBatchResultEntry>();
                var failed = new List<BatchResultErrorEntry>();
                foreach (var entry in entries)
                {
                    Try(entry.Id!, failed, () =>
                    {
                        ChangeVisibility(transaction, queue, entry.ReceiptHandle!, entry.VisibilityTimeout);
                        changed.Add(new ChangeMessageVisibilityBatchResultEntry { Id = entry.Id });
                    });
                }

                return new ChangeMessageVisibilityBatchResult { Successful = Some(changed), Failed = Some(failed) };
            },
            cancellation
        );
    }

    // A message that is gone is deleted already. With the handle of an earlier receive nothing is deleted, which a FIFO
    // queue says and a standard one does not.
    private void Delete(Transaction transaction, QueueRecord queue, string handle)
    {
        var now = Now;
        var (message, isNewest) = Find(transaction, queue, handle);
        if (message is null)
            return;
        if (queue.IsFifo && (!isNewest || message.VisibleAt <= now))
            throw SqsFaults.InvalidParameterValue(handle, "ReceiptHandle", "The receipt handle has expired.");
        if (isNewest)
            QueueContent.Remove(transaction, message, now);
    }

    private void ChangeVisibility(Transaction transaction, QueueRecord queue, string handle, int? timeout)
    {
        if (timeout is null)
            throw SqsFaults.MissingParameter("VisibilityTimeout");
        if (timeout is < 0 or > LongestVisibility)
        {
            throw SqsFaults.InvalidParameterValue(
                timeout,
                "VisibilityTimeout",
                $"VisibilityTimeout must be an integer between 0 and {LongestVisibility}"
            );
        }

        var now = Now;
        var (message, isNewest) = Find(transaction, queue, handle);
        if (message is null || !isNewest)
        {
            throw SqsFaults.InvalidParameterValue(
                handle,
                "ReceiptHandle",
                "Message does not exist or is not available for visibility timeout change."
            );
        }

        if (message.VisibleAt <= now)
            throw SqsErrors.MessageNotInflight($"The message referred to isn't in flight.");
        QueueContent.Change(transaction, message with { VisibleAt = now + (1000L * timeout.Value) }, now);
    }

    private static (MessageRecord? Message, bool IsNewest) Find(View view, QueueRecord queue, string handle)
    {
        var read = ReceiptHandle.Read(handle, queue);
        return
            read.Message.StartsWith(queue.Content + "/", StringComparison.Ordinal)
            && view.Find(MessagingTables.Messages, read.Message) is { } message
            ? (message, message.Receipt == read.Receipt)
            : (null, false);
    }
}
