using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.Tagging;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs;

/// <content>Tags of clusters, services, tasks, task definitions, container instances and capacity providers.</content>
public sealed partial class EcsApi
{
    /// <inheritdoc/>
    public async Task<TagResourceResponse> TagResourceAsync(
        TagResourceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var resource = TaggedResource.Find(
                    transaction,
                    Scope.Of(context),
                    request.ResourceArn!,
                    EcsErrors.ResourceNotFoundException
                );
                resource.Put(transaction, Tags.Merge(resource.Tags, request.Tags));
            },
            cancellation
        );
        return new TagResourceResponse();
    }

    /// <inheritdoc/>
    public async Task<UntagResourceResponse> UntagResourceAsync(
        UntagResourceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var resource = TaggedResource.Find(
                    transaction,
                    Scope.Of(context),
                    request.ResourceArn!,
                    EcsErrors.ResourceNotFoundException
                );
                resource.Put(transaction, Tags.Without(resource.Tags, request.TagKeys!));
            },
            cancellation
        );
        return new UntagResourceResponse();
    }

    /// <summary>
    /// What tags a resource has. Unlike the others, this operation has no <c>ResourceNotFoundException</c>.
    /// </summary>
    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(
        ListTagsForResourceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        RequireOwn(view, request.ResourceArn!, context);
        return Task.FromResult(
            new ListTagsForResourceResponse
            {
                Tags = TaggedResource
                    .Find(view, Scope.Of(context), request.ResourceArn!, EcsErrors.InvalidParameterException)
                    .Tags,
            }
        );
    }

    /// <summary>
    /// A host's own key reads the tags of its container instance and of its tasks, for the containers that ask for
    /// them, and no others.
    /// </summary>
    private void RequireOwn(View view, string resource, CallContext context)
    {
        if (!_hostRights.IsHost(context))
            return;
        const string Action = "ecs:ListTagsForResource";
        if (
            AgentDoor.FindInstance(view, Scope.Of(context), resource, cluster: null) is { } instance
            && instance.Arn == resource
        )
            _hostRights.RequireInstance(context, Action, instance);
        else if (
            TaskNames.KeyOf(resource) is { } key
            && view.Find(EcsTables.Tasks, key) is { } task
            && task.Scope == Scope.Of(context)
        )
            _hostRights.RequireTask(view, context, Action, task);
        else
            throw HostRights.Denied(context, Action, resource);
    }
}
