using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.Messaging.Topics;

namespace Estiba.Messaging;

/// <content>Topics and their attributes.</content>
public sealed partial class SnsApi
{
    private static readonly Dictionary<string, string> Nothing = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<CreateTopicResponse> CreateTopicAsync(
        CreateTopicInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var asked = request.Attributes ?? Nothing;
        var isFifo = asked.GetValueOrDefault(TopicAttributes.FifoTopic) == "true";
        TopicNames.Check(request.Name!, isFifo);
        if (request.DataProtectionPolicy is { Length: > 0 })
            throw Invalid("DataProtectionPolicy: Estiba does not look for sensitive data in messages yet");
        var record = new TopicRecord
        {
            Scope = Scope.Of(context),
            Name = request.Name!,
            Attributes = TopicAttributes.Merge(Nothing, asked, isFifo),
            Tags = TopicTags.Merge(Nothing, request.Tags ?? []),
        };
        return _store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(SnsTables.Topics, record.Key) is not { } known)
                {
                    transaction.Put(SnsTables.Topics, record);
                    return new CreateTopicResponse { TopicArn = record.Arn };
                }

                var (before, after) = (TopicAttributes.Shown(known, 0, 0), TopicAttributes.Shown(record, 0, 0));
                if (asked.Keys.Any(name => before.GetValueOrDefault(name) != after.GetValueOrDefault(name)))
                    throw Invalid("Attributes Reason: Topic already exists with different attributes");
                if (record.Tags.Any(tag => known.Tags.GetValueOrDefault(tag.Key) != tag.Value))
                    throw Invalid("Tags Reason: Topic already exists with different tags");
                return new CreateTopicResponse { TopicArn = known.Arn };
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<DeleteTopicResponse> DeleteTopicAsync(
        DeleteTopicInput request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                if (TopicNames.Find(transaction, Scope.Of(context), request.TopicArn) is { } topic)
                {
                    transaction.Delete(SnsTables.Topics, topic.Key);
                    foreach (var subscription in transaction.Range(SnsTables.Subscriptions, topic.Prefix).ToList())
                        transaction.Delete(SnsTables.Subscriptions, subscription.Key);
                }

                return new DeleteTopicResponse();
            },
            cancellation
        );

    /// <inheritdoc/>
    public Task<ListTopicsResponse> ListTopicsAsync(
        ListTopicsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (topics, next) = Page(
            after => _store.Current.Range(SnsTables.Topics, Scope.Of(context).Prefix, after),
            topic => topic.Key,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new ListTopicsResponse
            {
                Topics = [.. topics.Select(topic => new Topic { TopicArn = topic.Arn })],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public Task<GetTopicAttributesResponse> GetTopicAttributesAsync(
        GetTopicAttributesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var topic = TopicNames.Require(view, context, request.TopicArn);
        var (confirmed, pending) = (0, 0);
        foreach (var subscription in view.Range(SnsTables.Subscriptions, topic.Prefix))
        {
            if (subscription.IsConfirmed)
                confirmed++;
            else
                pending++;
        }

        return Task.FromResult(
            new GetTopicAttributesResponse { Attributes = TopicAttributes.Shown(topic, confirmed, pending) }
        );
    }

    /// <inheritdoc/>
    public async Task<SetTopicAttributesResponse> SetTopicAttributesAsync(
        SetTopicAttributesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var set = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [request.AttributeName!] = request.AttributeValue ?? "",
        };
        await ChangeTopicAsync(
            request.TopicArn!,
            context,
            topic => topic with { Attributes = TopicAttributes.Merge(topic.Attributes, set, topic.IsFifo) },
            cancellation
        );
        return new SetTopicAttributesResponse();
    }

    private Task ChangeTopicAsync(
        string arn,
        CallContext context,
        Func<TopicRecord, TopicRecord> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction => transaction.Put(SnsTables.Topics, change(TopicNames.Require(transaction, context, arn))),
            cancellation
        );
}
