using Estiba.Contracts;
using Estiba.Contracts.Sqs;
using Estiba.Messaging.Queues;

namespace Estiba.Messaging;

/// <content>Tags of queues.</content>
public sealed partial class SqsApi
{
    /// <inheritdoc/>
    public async Task<TagQueueResponse> TagQueueAsync(
        TagQueueRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(
            request.QueueUrl!,
            context,
            (_, queue) => queue with { Tags = QueueTags.Merge(queue.Tags, request.Tags!) },
            cancellation
        );
        return new TagQueueResponse();
    }

    /// <inheritdoc/>
    public async Task<UntagQueueResponse> UntagQueueAsync(
        UntagQueueRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(
            request.QueueUrl!,
            context,
            (_, queue) => queue with { Tags = QueueTags.Without(queue.Tags, request.TagKeys!) },
            cancellation
        );
        return new UntagQueueResponse();
    }

    /// <inheritdoc/>
    public Task<ListQueueTagsResult> ListQueueTagsAsync(
        ListQueueTagsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var queue = Require(context, request.QueueUrl!);
        return Task.FromResult(new ListQueueTagsResult { Tags = queue.Tags.Count > 0 ? queue.Tags : null });
    }
}
