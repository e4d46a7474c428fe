using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Sqs;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Queues;
using Estiba.State;

namespace Estiba.Messaging;

/// <content>Receiving messages.</content>
public sealed partial class SqsApi
{
    private const int MostReceived = 10;
    private const int LongestVisibility = 43_200;
    private const int LongestWait = 20;

    /// <summary>How many messages may be in flight ("Message quotas", developer guide).</summary>
    private const int MostInFlight = 120_000;

    /// <summary>How many messages one receive may set aside before it gives up looking for more.</summary>
    private const int MostSetAside = 500;

    /// <inheritdoc/>
    public async Task<ReceiveMessageResult> ReceiveMessageAsync(
        ReceiveMessageRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var first = Require(context, request.QueueUrl!);
        Check(request, first);
        var wait = TimeSpan.FromSeconds(request.WaitTimeSeconds ?? QueueSettings.Of(first).WaitSeconds);
        var end = Now + (long)wait.TotalMilliseconds;
        while (true)
        {
            var queue = Require(context, request.QueueUrl!);
            using var ticket = wait > TimeSpan.Zero ? _waiters.Enter(queue.Content) : null;
            var changed = ticket?.NextChange;
            var next = QueueContent.NextAt(_store.Current, queue);
            if (next <= Now)
            {
                var received = await _store.CommitAsync(
                    transaction => Receive(transaction, request, context),
                    cancellation
                );
                if (received.Count > 0)
                    return new ReceiveMessageResult { Messages = received };
            }

            var left = end - Now;
            if (changed is null || left <= 0 || _waiters.Ending.IsCancellationRequested)
                return new ReceiveMessageResult();
            await WaitAsync(changed, next > Now ? Math.Min(left, next.Value - Now) : left, cancellation);
        }
    }

    private async Task WaitAsync(Task changed, long milliseconds, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _waiters.Ending);
        var later = Task.Delay(TimeSpan.FromMilliseconds(milliseconds), _time, ended.Token);
        await Task.WhenAny(changed, later);
        await ended.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private static void Check(ReceiveMessageRequest request, QueueRecord queue)
    {
        if (request.MaxNumberOfMessages is < 1 or > MostReceived)
        {
            throw SqsFaults.InvalidParameterValue(
                request.MaxNumberOfMessages,
                "MaxNumberOfMessages",
                $"Must be between 1 and {MostReceived}, if provided."
            );
        }

        if (request.WaitTimeSeconds is < 0 or > LongestWait)
        {
            throw SqsFaults.InvalidParameterValue(
                request.WaitTimeSeconds,
                "WaitTimeSeconds",
                $"Must be >= 0 and <= {LongestWait}, if provided."
            );
        }

        if (request.VisibilityTimeout is < 0 or > LongestVisibility)
        {
            throw SqsFaults.InvalidParameterValue(
                request.VisibilityTimeout,
                "VisibilityTimeout",
                $"Must be >= 0 and <= {LongestVisibility}, if provided."
            );
        }

        if (request.ReceiveRequestAttemptId is { } attempt)
        {
            if (!queue.IsFifo)
            {
                throw SqsFaults.InvalidParameterValue(
                    attempt,
                    "ReceiveRequestAttemptId",
                    "The request include parameter that is not valid for this queue type"
                );
            }

            MessageText.CheckId(attempt, "ReceiveRequestAttemptId");
        }

        if (SystemNames(request).FirstOrDefault(name => !SystemAttribute.IsKnown(name)) is { } unknown)
            throw SqsErrors.InvalidAttributeName($"Unknown Attribute {unknown}.");
    }

    private static IEnumerable<string> SystemNames(ReceiveMessageRequest request) =>
        (request.AttributeNames ?? []).Concat(request.MessageSystemAttributeNames ?? []);

    private IReadOnlyList<Message> Receive(Transaction transaction, ReceiveMessageRequest request, CallContext context)
    {
        var now = Now;
        var queue = QueueNames.Require(transaction, context, request.QueueUrl!);
        var settings = QueueSettings.Of(queue);
        var inFlight = QueueContent.Count(transaction, queue.Content, now).NotVisible;
        if (inFlight >= MostInFlight)
        {
            // "With short polling" SQS says so, and only of standard queues; whoever waits, waits.
            return queue.IsFifo || request.WaitTimeSeconds > 0
                ? []
                : throw SqsErrors.OverLimit("Too many messages in flight.");
        }

        var redrive =
            settings.Redrive is { } policy
            && QueueNames.FindByArn(transaction, queue.Scope, policy.TargetArn) is { } target
                ? new DeadLetters(policy.MaxReceiveCount, queue, target, new Sequence(transaction))
                : null;
        var until = now + (1000L * (request.VisibilityTimeout ?? settings.VisibilityTimeout));
        var most = Math.Min(request.MaxNumberOfMessages ?? 1, MostInFlight - inFlight);
        var (received, setAside) = (new List<Message>(), 0);
        foreach (var message in QueueContent.Visible(transaction, queue, now))
        {
            if (received.Count == most || setAside == MostSetAside)
                break;
            if (QueueContent.IsOver(queue, message, now))
            {
                QueueContent.Remove(transaction, message, now);
                setAside++;
                continue;
            }

            if (redrive?.Take(transaction, message, now) == true)
            {
                setAside++;
                continue;
            }

            var taken = message with
            {
                VisibleAt = until,
                Receives = message.Receives + 1,
                FirstReceivedAt = message.FirstReceivedAt > 0 ? message.FirstReceivedAt : now,
                Receipt = NewReceipt(),
            };
            QueueContent.Change(transaction, taken, now);
            received.Add(Shown(queue, taken, transaction.Find(MessagingTables.Contents, message.Key)!, request));
        }

        return received;
    }

    private static Message Shown(
        QueueRecord queue,
        MessageRecord message,
        ContentRecord content,
        ReceiveMessageRequest request
    )
    {
        var attributes = MessageAttributes.Chosen(content.Attributes, request.MessageAttributeNames);
        var system = SystemAttribute.Of(queue, message, content);
        var names = SystemNames(request).ToHashSet(StringComparer.Ordinal);
        var shown = system
            .Where(attribute => names.Contains(attribute.Key) || names.Contains(SystemAttribute.All))
            .ToDictionary(StringComparer.Ordinal);
        return new Message
        {
            MessageId = content.MessageId,
            ReceiptHandle = ReceiptHandle.Of(queue, message),
            Body = content.Body,
            MD5OfBody = MessageAttributes.Md5(content.Body),
            Attributes = shown.Count > 0 ? shown : null,
            MessageAttributes = MessageAttributes.Shown(attributes),
            MD5OfMessageAttributes = MessageAttributes.Md5(attributes),
        };
    }
}
