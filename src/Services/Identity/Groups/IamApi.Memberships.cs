using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Groups;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity;

/// <content>Who is in which group.</content>
public sealed partial class IamApi
{
    private const int MostGroupsOfUser = 10;

    /// <inheritdoc/>
    public async Task<AddUserToGroupResponse> AddUserToGroupAsync(
        AddUserToGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var group = FindGroup(transaction, context, request.GroupName!).Group.GroupId!;
                var user = FindUser(transaction, context, request.UserName!).User.UserId!;
                var membership = new MembershipRecord(user, group);
                if (transaction.Find(IdentityTables.Memberships, membership.Key) is not null)
                    return;
                if (transaction.Count(IdentityTables.Memberships, user + "/") >= MostGroupsOfUser)
                    throw IamErrors.LimitExceededException(
                        $"Cannot exceed quota for GroupsPerUser: {MostGroupsOfUser}"
                    );
                transaction.Put(IdentityTables.Memberships, membership);
            },
            cancellation
        );
        return new AddUserToGroupResponse();
    }

    // Who is in the group no more, or never was, is removed all the same; IAM looks for the user first.
    /// <inheritdoc/>
    public async Task<RemoveUserFromGroupResponse> RemoveUserFromGroupAsync(
        RemoveUserFromGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var user = FindUser(transaction, context, request.UserName!).User.UserId!;
                var group = FindGroup(transaction, context, request.GroupName!).Group.GroupId!;
                transaction.Delete(IdentityTables.Memberships, MembershipRecord.KeyOf(user, group));
            },
            cancellation
        );
        return new RemoveUserFromGroupResponse();
    }

    /// <inheritdoc/>
    public Task<ListGroupsForUserResponse> ListGroupsForUserAsync(
        ListGroupsForUserRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = store.Current;
        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            MembershipRecord.GroupsOf(view, FindUser(view, context, request.UserName!).User.UserId!),
            group => group.Key
        );
        return Task.FromResult(
            new ListGroupsForUserResponse
            {
                Groups = [.. page.Items.Select(group => group.Group)],
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    private static IEnumerable<UserRecord> MembersOf(View view, GroupRecord group) =>
        view.Where(IdentityTables.Memberships, IdentityTables.MembersByGroup, group.Group.GroupId!)
            .SelectMany(membership => view.Where(IdentityTables.Users, IdentityTables.UsersById, membership.UserId));
}
