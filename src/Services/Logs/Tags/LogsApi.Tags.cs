using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Logs.Groups;
using Estiba.Logs.Tags;
using Estiba.State;

namespace Estiba.Logs;

public sealed partial class LogsApi
{
    /// <inheritdoc />
    public async Task<TagLogGroupResponse> TagLogGroupAsync(
        TagLogGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        GroupTags.CheckKeys(request.Tags);
        await ChangeAsync(
            view => GroupNamed(view, context, request.LogGroupName!),
            group => Tagged(group, request.Tags!, LogsErrors.InvalidParameterException),
            cancellation
        );
        return new TagLogGroupResponse();
    }

    /// <inheritdoc />
    public async Task<UntagLogGroupResponse> UntagLogGroupAsync(
        UntagLogGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeAsync(
            view => GroupNamed(view, context, request.LogGroupName!),
            group => group with { Tags = GroupTags.Without(group.Tags, request.Tags!) },
            cancellation
        );
        return new UntagLogGroupResponse();
    }

    /// <inheritdoc />
    public Task<ListTagsLogGroupResponse> ListTagsLogGroupAsync(
        ListTagsLogGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new ListTagsLogGroupResponse { Tags = GroupNamed(_store.Current, context, request.LogGroupName!).Tags }
        );

    /// <inheritdoc />
    public async Task<TagResourceResponse> TagResourceAsync(
        TagResourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        GroupTags.CheckKeys(request.Tags);
        await ChangeAsync(
            view => Resource(view, context, request.ResourceArn!),
            group =>
                Tagged(group, request.Tags!, message =>
                    LogsErrors.TooManyTagsException(
                        message,
                        new TooManyTagsExceptionDetails { ResourceName = request.ResourceArn }
                    )
                ),
            cancellation
        );
        return new TagResourceResponse();
    }

    /// <inheritdoc />
    public async Task<UntagResourceResponse> UntagResourceAsync(
        UntagResourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeAsync(
            view => Resource(view, context, request.ResourceArn!),
            group => group with { Tags = GroupTags.Without(group.Tags, request.TagKeys!) },
            cancellation
        );
        return new UntagResourceResponse();
    }

    /// <inheritdoc />
    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(
        ListTagsForResourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new ListTagsForResourceResponse { Tags = Resource(_store.Current, context, request.ResourceArn!).Tags }
        );

    private static LogGroupRecord Tagged(
        LogGroupRecord group,
        IReadOnlyDictionary<string, string> added,
        Func<string, AwsException> tooMany
    ) => group with { Tags = GroupTags.Merge(group.Tags, added, tooMany) };

    private static LogGroupRecord Resource(View view, CallContext context, string arn) =>
        Arn.IsArn(arn)
            ? GroupIdentifiedBy(view, context, arn)
            : throw LogsErrors.InvalidParameterException($"The specified ARN is invalid: {arn}");
}
