using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.Messaging.Topics;
using Estiba.State;

namespace Estiba.Messaging;

/// <content>Tags of topics.</content>
public sealed partial class SnsApi
{
    /// <inheritdoc/>
    public async Task<TagResourceResponse> TagResourceAsync(
        TagResourceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await TagAsync(request.ResourceArn!, context, tags => TopicTags.Merge(tags, request.Tags!), cancellation);
        return new TagResourceResponse();
    }

    /// <inheritdoc/>
    public async Task<UntagResourceResponse> UntagResourceAsync(
        UntagResourceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await TagAsync(request.ResourceArn!, context, tags => TopicTags.Without(tags, request.TagKeys!), cancellation);
        return new UntagResourceResponse();
    }

    /// <inheritdoc/>
    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(
        ListTagsForResourceRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        Task.FromResult(
            new ListTagsForResourceResponse
            {
                Tags = TopicTags.Shown(RequireTagged(_store.Current, context, request.ResourceArn!).Tags),
            }
        );

    private Task TagAsync(
        string arn,
        CallContext context,
        Func<IReadOnlyDictionary<string, string>, IReadOnlyDictionary<string, string>> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var topic = RequireTagged(transaction, context, arn);
                transaction.Put(SnsTables.Topics, topic with { Tags = change(topic.Tags) });
            },
            cancellation
        );

    private static TopicRecord RequireTagged(View view, CallContext context, string arn) =>
        TopicNames.Find(view, Scope.Of(context), arn)
        ?? throw SnsErrors.ResourceNotFoundException("Resource does not exist");
}
