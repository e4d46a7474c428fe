using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tagging;

namespace Estiba.Ecs;

/// <content>Tags of clusters, services, tasks, task definitions, container instances and capacity providers.</content>
public sealed partial class EcsApi
{
    /// <inheritdoc/>
    public async Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, CallContext context, CancellationToken cancellation)
    {
        await _store.CommitAsync(
            transaction =>
            {
                var resource = TaggedResource.Find(transaction, Scope.Of(context), request.ResourceArn!, EcsErrors.ResourceNotFoundException);
                resource.Put(transaction, Tags.Merge(resource.Tags, request.Tags));
            },
            cancellation);
        return new TagResourceResponse();
    }

    /// <inheritdoc/>
    public async Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, CallContext context, CancellationToken cancellation)
    {
        await _store.CommitAsync(
            transaction =>
            {
                var resource = TaggedResource.Find(transaction, Scope.Of(context), request.ResourceArn!, EcsErrors.ResourceNotFoundException);
                resource.Put(transaction, Tags.Without(resource.Tags, request.TagKeys!));
            },
            cancellation);
        return new UntagResourceResponse();
    }

    /// <summary>What tags a resource has. Unlike the others, this operation has no <c>ResourceNotFoundException</c>.</summary>
    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, CallContext context, CancellationToken cancellation) =>
        Task.FromResult(new ListTagsForResourceResponse { Tags = TaggedResource.Find(_store.Current, Scope.Of(context), request.ResourceArn!, EcsErrors.InvalidParameterException).Tags });
}
