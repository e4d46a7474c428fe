using Estiba.Contracts;
using Estiba.Contracts.Sqs;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Notifications;
using Estiba.Messaging.Topics;

namespace Estiba.Messaging.Delivery;

/// <summary>Sends notifications to queues, through the operations of Amazon SQS.</summary>
/// <param name="sqs">Amazon SQS, called as Amazon SNS.</param>
internal sealed class QueueSender(ISqsApi sqs)
{
    /// <summary>What such a message says.</summary>
    /// <param name="Notification">The notification.</param>
    /// <param name="Body">The body.</param>
    /// <param name="IsRaw">Whether the notification's attributes are the message's own.</param>
    internal readonly record struct Item(NotificationRecord Notification, string Body, bool IsRaw);

    /// <summary>Sends notifications to a queue.</summary>
    /// <param name="queueArn">The queue.</param>
    /// <param name="items">At most as many, and as long, as one batch may have.</param>
    /// <param name="cancellation">The platform stops.</param>
    /// <returns>What became of each.</returns>
    internal async Task<IReadOnlyList<SendOutcome>> SendAsync(
        string queueArn,
        IReadOnlyList<Item> items,
        CancellationToken cancellation
    )
    {
        if (!Arn.TryParse(queueArn, out var queue))
            return [.. items.Select(_ => SendOutcome.Never($"{queueArn} is no queue."))];
        var request = new SendMessageBatchRequest
        {
            QueueUrl = $"https://{queue.Service}.{queue.Region}/{queue.AccountId}/{queue.Resource}",
            Entries = [.. items.Select((item, place) => Entry($"{place}", item, queue))],
        };
        var context = new CallContext
        {
            AccountId = queue.AccountId,
            Region = queue.Region,
            PrincipalArn = "",
            AccessKeyId = "",
            RequestId = Guid.NewGuid().ToString(),
            SourceArn = items[0].Notification.TopicArn,
        };
        try
        {
            var result = await sqs.SendMessageBatchAsync(request, context, cancellation);
            var failed = (result.Failed ?? []).ToDictionary(entry => entry.Id!, StringComparer.Ordinal);
            return
            [
                .. items.Select(
                    (_, place) =>
                        !failed.TryGetValue($"{place}", out var entry) ? SendOutcome.Done
                        : entry.SenderFault == true ? SendOutcome.Never($"{entry.Code}: {entry.Message}")
                        : SendOutcome.Later($"{entry.Code}: {entry.Message}")
                ),
            ];
        }
        catch (AwsException wrong)
        {
            // A queue that is full may have room later; one that is not there stays away.
            var mayWorkLater = wrong.StatusCode >= 500 || wrong.Code == "OverLimit";
            return [.. items.Select(_ => new SendOutcome(false, mayWorkLater, $"{wrong.Code}: {wrong.Message}"))];
        }
    }

    private static SendMessageBatchRequestEntry Entry(string id, Item item, Arn queue) =>
        new()
        {
            Id = id,
            MessageBody = item.Body,
            MessageAttributes = item.IsRaw ? MessageAttributes.Shown(item.Notification.Attributes) : null,
            MessageGroupId = item.Notification.Group,
            MessageDeduplicationId = queue.Resource.EndsWith(TopicNames.FifoSuffix, StringComparison.Ordinal)
                ? item.Notification.DeduplicationId
                : null,
        };
}
