using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Images;
using Estiba.Ecr.Repositories;

namespace Estiba.Ecr;

public sealed partial class EcrApi
{
    /// <inheritdoc />
    public async Task<TagResourceResponse> TagResourceAsync(
        TagResourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeAsync(
            null,
            NameOf(request.ResourceArn!, context),
            context,
            repository => repository with { Tags = ResourceTags.Rules.Merge(repository.Tags, request.Tags!) },
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
            null,
            NameOf(request.ResourceArn!, context),
            context,
            repository => repository with { Tags = ResourceTags.Rules.Without(repository.Tags, request.TagKeys!) },
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
            new ListTagsForResourceResponse
            {
                Tags = Existing(_store.Current, null, NameOf(request.ResourceArn!, context), context).Tags,
            }
        );

    // The name of one of the caller's own repositories; every other one does not exist for it.
    private static string NameOf(string resource, CallContext context)
    {
        if (!Arn.TryParse(resource, out var arn) || arn.Service != "ecr" || arn.ResourceType != "repository")
            throw ImageErrors.InvalidParameter("resourceArn", "Invalid ARN");
        return arn.Region == context.Region && arn.AccountId == context.AccountId
            ? arn.ResourceName
            : throw ImageErrors.RepositoryNotFound(arn.ResourceName, arn.AccountId);
    }
}
