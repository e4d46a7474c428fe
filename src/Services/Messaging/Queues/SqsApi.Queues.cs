using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Sqs;
using Estiba.Messaging.Cleaning;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Queues;
using Estiba.State;

namespace Estiba.Messaging;

/// <content>Queues and their attributes.</content>
public sealed partial class SqsApi
{
    private const int LongestList = 1000;
    private static readonly TimeSpan BetweenPurges = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> Nothing = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<CreateQueueResult> CreateQueueAsync(
        CreateQueueRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (scope, name) = (Scope.Of(context), request.QueueName!);
        var asked = request.Attributes ?? Nothing;
        var isFifo = "true".Equals(
            asked.GetValueOrDefault(QueueAttribute.FifoQueue),
            StringComparison.OrdinalIgnoreCase
        );
        QueueNames.Check(name, isFifo);
        var (now, id) = (_time.GetUtcNow(), Guid.NewGuid().ToString("N"));
        var record = new QueueRecord
        {
            Scope = scope,
            Name = name,
            Content = scope.Key(id),
            CreatedAt = now,
            ModifiedAt = now,
            Attributes = AttributeRules.Merge(Nothing, asked, isFifo),
            Tags = QueueTags.Merge(Nothing, request.Tags ?? Nothing),
        };
        return _store.CommitAsync(
            transaction =>
            {
                if (QueueNames.Find(transaction, scope, name) is { } known)
                {
                    CheckSame(known, record, asked.Keys);
                    return new CreateQueueResult { QueueUrl = UrlOf(known, context) };
                }

                CheckRedrive(transaction, record, asked);
                transaction.Put(MessagingTables.Queues, record);
                return new CreateQueueResult { QueueUrl = UrlOf(record, context) };
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<DeleteQueueResponse> DeleteQueueAsync(
        DeleteQueueRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var queue = QueueNames.Require(transaction, context, request.QueueUrl!);
                transaction.Delete(MessagingTables.Queues, queue.Key);
                Removal.Begin(transaction, queue);
                return new DeleteQueueResponse();
            },
            cancellation
        );

    /// <inheritdoc/>
    public Task<ListQueuesResult> ListQueuesAsync(
        ListQueuesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (queues, next) = Page(
            after =>
                _store.Current.Range(
                    MessagingTables.Queues,
                    Scope.Of(context).Key(request.QueueNamePrefix ?? ""),
                    after
                ),
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new ListQueuesResult
            {
                QueueUrls = queues.Count > 0 ? [.. queues.Select(queue => UrlOf(queue, context))] : null,
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public Task<ListDeadLetterSourceQueuesResult> ListDeadLetterSourceQueuesAsync(
        ListDeadLetterSourceQueuesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var target = Require(context, request.QueueUrl!);
        var (queues, next) = Page(
            after =>
                _store.Current.Where(
                    MessagingTables.Queues,
                    MessagingTables.QueuesByTarget,
                    target.Scope.Key(target.Arn),
                    after
                ),
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new ListDeadLetterSourceQueuesResult
            {
                QueueUrls = [.. queues.Select(queue => UrlOf(queue, context))],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public Task<GetQueueUrlResult> GetQueueUrlAsync(
        GetQueueUrlRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var isOwn = request.QueueOwnerAWSAccountId is null || request.QueueOwnerAWSAccountId == context.AccountId;
        return isOwn && QueueNames.Find(_store.Current, Scope.Of(context), request.QueueName!) is { } queue
            ? Task.FromResult(new GetQueueUrlResult { QueueUrl = UrlOf(queue, context) })
            : throw QueueNames.NoQueue();
    }

    /// <inheritdoc/>
    public Task<GetQueueAttributesResult> GetQueueAttributesAsync(
        GetQueueAttributesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var queue = QueueNames.Require(view, context, request.QueueUrl!);
        var names = request.AttributeNames ?? [];
        if (names.FirstOrDefault(name => !AttributeRules.IsKnown(name)) is { } unknown)
            throw SqsErrors.InvalidAttributeName($"Unknown Attribute {unknown}.");
        if (names.Count == 0)
            return Task.FromResult(new GetQueueAttributesResult());

        var shown = QueueSettings.Of(queue).Shown();
        var (visible, notVisible, delayed) = QueueContent.Count(view, queue.Content, Now);
        shown[QueueAttribute.QueueArn] = queue.Arn;
        shown[QueueAttribute.CreatedTimestamp] = Text(queue.CreatedAt.ToUnixTimeSeconds());
        shown[QueueAttribute.LastModifiedTimestamp] = Text(queue.ModifiedAt.ToUnixTimeSeconds());
        shown[QueueAttribute.ApproximateNumberOfMessages] = Text(visible);
        shown[QueueAttribute.ApproximateNumberOfMessagesNotVisible] = Text(notVisible);
        shown[QueueAttribute.ApproximateNumberOfMessagesDelayed] = Text(delayed);
        return Task.FromResult(
            new GetQueueAttributesResult
            {
                Attributes = names.Contains(QueueAttribute.All, StringComparer.Ordinal)
                    ? shown
                    : shown
                        .Where(attribute => names.Contains(attribute.Key, StringComparer.Ordinal))
                        .ToDictionary(StringComparer.Ordinal),
            }
        );

        static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public async Task<SetQueueAttributesResponse> SetQueueAttributesAsync(
        SetQueueAttributesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(
            request.QueueUrl!,
            context,
            (transaction, queue) =>
            {
                var changed = queue with
                {
                    Attributes = AttributeRules.Merge(queue.Attributes, request.Attributes!, queue.IsFifo),
                    ModifiedAt = _time.GetUtcNow(),
                };
                CheckRedrive(transaction, changed, request.Attributes!);
                return changed;
            },
            cancellation
        );
        return new SetQueueAttributesResponse();
    }

    /// <inheritdoc/>
    public async Task<PurgeQueueResponse> PurgeQueueAsync(
        PurgeQueueRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var id = Guid.NewGuid().ToString("N");
        await ChangeAsync(
            request.QueueUrl!,
            context,
            (transaction, queue) =>
            {
                var now = _time.GetUtcNow();
                if (queue.PurgedAt is { } last && now - last < BetweenPurges)
                {
                    throw SqsErrors.PurgeQueueInProgress(
                        $"Only one PurgeQueue operation on {queue.Name} is allowed every 60 seconds."
                    );
                }

                Removal.Begin(transaction, queue);
                return queue with { Content = queue.Scope.Key(id), PurgedAt = now };
            },
            cancellation
        );
        return new PurgeQueueResponse();
    }

    private Task ChangeAsync(
        string url,
        CallContext context,
        Func<Transaction, QueueRecord, QueueRecord> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
                transaction.Put(
                    MessagingTables.Queues,
                    change(transaction, QueueNames.Require(transaction, context, url))
                ),
            cancellation
        );

    // Making a queue again is no mistake as long as what it is asked to be is what it is.
    private static void CheckSame(QueueRecord known, QueueRecord asked, IEnumerable<string> names)
    {
        var (before, after) = (QueueSettings.Of(known).Shown(), QueueSettings.Of(asked).Shown());
        foreach (var name in names)
        {
            if (before.GetValueOrDefault(name) != after.GetValueOrDefault(name))
            {
                throw SqsErrors.QueueNameExists(
                    $"A queue already exists with the same name and a different value for attribute {name}"
                );
            }
        }
    }

    private static void CheckRedrive(
        Transaction transaction,
        QueueRecord queue,
        IReadOnlyDictionary<string, string> set
    )
    {
        if (!set.ContainsKey(QueueAttribute.RedrivePolicy) || QueueSettings.Of(queue).Redrive is not { } redrive)
            return;
        if (redrive.TargetArn == queue.Arn)
            throw Invalid("Dead letter target owner should be same as the source.");
        var target = QueueNames.FindByArn(transaction, queue.Scope, redrive.TargetArn)
            ?? throw Invalid("Dead letter target does not exist.");
        if (target.IsFifo != queue.IsFifo)
            throw Invalid("Dead-letter queue must be same type of queue as the source.");
        if (
            target.Attributes.TryGetValue(QueueAttribute.RedriveAllowPolicy, out var policy)
            && !RedriveAllowPolicy.Parse(policy).Allows(queue.Arn)
        )
            throw Invalid("The redrive allow policy of the dead-letter queue does not allow this source queue.");

        AwsException Invalid(string reason) =>
            SqsFaults.InvalidParameterValue(set[QueueAttribute.RedrivePolicy], QueueAttribute.RedrivePolicy, reason);
    }

    // Without MaxResults there is one page, as long as a page can be.
    private static (IReadOnlyList<QueueRecord> Queues, string? Next) Page<TRequest>(
        Func<string?, IEnumerable<QueueRecord>> after,
        int? most,
        string? token,
        TRequest request,
        CallContext context
    )
        where TRequest : IShape<TRequest>
    {
        if (most is < 1 or > LongestList)
            throw SqsFaults.InvalidParameterValue(
                most,
                "MaxResults",
                $"MaxResults must be an integer between 1 and {LongestList}."
            );
        string? last = null;
        if (token is not null)
        {
            last = PagingToken.Read(token, request, context)
                ?? throw SqsFaults.InvalidParameterValue("Invalid or expired next token.");
        }

        var (queues, next) = PagingToken.Cut(after(last), most ?? LongestList, queue => queue.Key, request, context);
        return (queues, most is null ? null : next);
    }
}
