using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Tags;

namespace Estiba.Identity;

/// <content>The tags of roles; those of services' roles are the account's own too.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public async Task<TagRoleResponse> TagRoleAsync(
        TagRoleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeRoleTagsAsync(
            context,
            request.RoleName!,
            tags => TagSet.OfPrincipal.With(tags, request.Tags!),
            cancellation
        );
        return new TagRoleResponse();
    }

    /// <inheritdoc/>
    public async Task<UntagRoleResponse> UntagRoleAsync(
        UntagRoleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeRoleTagsAsync(
            context,
            request.RoleName!,
            tags => TagSet.OfPrincipal.Without(tags, request.TagKeys!),
            cancellation
        );
        return new UntagRoleResponse();
    }

    /// <inheritdoc/>
    public Task<ListRoleTagsResponse> ListRoleTagsAsync(
        ListRoleTagsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            FindRole(store.Current, context, request.RoleName!).Role.Tags ?? [],
            tag => tag.Key!
        );
        return Task.FromResult(
            new ListRoleTagsResponse
            {
                Tags = page.Items,
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    private Task ChangeRoleTagsAsync(
        CallContext context,
        string name,
        Func<IReadOnlyList<Tag>?, IReadOnlyList<Tag>?> change,
        CancellationToken cancellation
    ) =>
        store.CommitAsync(
            transaction =>
            {
                var role = FindRole(transaction, context, name);
                transaction.Put(
                    IdentityTables.Roles,
                    role with
                    {
                        Role = role.Role with { Tags = change(role.Role.Tags) },
                    }
                );
            },
            cancellation
        );
}
