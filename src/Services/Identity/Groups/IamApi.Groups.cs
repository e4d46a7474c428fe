using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Groups;
using Estiba.Identity.Policies;
using Estiba.State;

namespace Estiba.Identity;

/// <content>Groups.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public async Task<CreateGroupResponse> CreateGroupAsync(
        CreateGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var path = request.Path ?? DefaultPath;
        var group = new Group
        {
            Path = path,
            GroupName = request.GroupName,
            GroupId = ids.GroupId(),
            Arn = ArnOf(context, "group", path, request.GroupName!),
            CreateDate = Now(),
        };

        await store.CommitAsync(
            transaction =>
            {
                CheckGroupIsNew(transaction, context.AccountId, request.GroupName!);
                transaction.Put(
                    IdentityTables.Groups,
                    new GroupRecord(context.AccountId, group, InlinePolicies.None, [])
                );
            },
            cancellation
        );
        return new CreateGroupResponse { Group = group };
    }

    /// <inheritdoc/>
    public Task<GetGroupResponse> GetGroupAsync(
        GetGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = store.Current;
        var group = FindGroup(view, context, request.GroupName!);
        var page = Page.Of(request, context, request.Marker, request.MaxItems, MembersOf(view, group), user =>
            user.Key
        );
        return Task.FromResult(
            new GetGroupResponse
            {
                Group = group.Group,
                Users = [.. page.Items.Select(user => Listed(user.User))],
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    /// <inheritdoc/>
    public Task<ListGroupsResponse> ListGroupsAsync(
        ListGroupsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            after =>
                store
                    .Current.Range(IdentityTables.Groups, context.AccountId + "/", after)
                    .Where(group => IsIn(group.Group.Path!, request.PathPrefix)),
            group => group.Key
        );
        return Task.FromResult(
            new ListGroupsResponse
            {
                Groups = [.. page.Items.Select(group => group.Group)],
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<UpdateGroupResponse> UpdateGroupAsync(
        UpdateGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var group = FindGroup(transaction, context, request.GroupName!);
                var (name, path) = (
                    request.NewGroupName ?? group.Group.GroupName!,
                    request.NewPath ?? group.Group.Path!
                );
                var renamed = group with
                {
                    Group = group.Group with
                    {
                        GroupName = name,
                        Path = path,
                        Arn = ArnOf(context, "group", path, name),
                    },
                };
                if (renamed.Key != group.Key)
                    CheckGroupIsNew(transaction, context.AccountId, name);
                transaction.Delete(IdentityTables.Groups, group.Key);
                transaction.Put(IdentityTables.Groups, renamed);
            },
            cancellation
        );
        return new UpdateGroupResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteGroupResponse> DeleteGroupAsync(
        DeleteGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var group = FindGroup(transaction, context, request.GroupName!);
                if (
                    transaction.Count(IdentityTables.Memberships, IdentityTables.MembersByGroup, group.Group.GroupId!)
                    > 0
                )
                    throw IamErrors.DeleteConflictException(
                        "Cannot delete entity, must remove users from group first."
                    );
                if (group.Policies.Count > 0)
                    throw IamErrors.DeleteConflictException("Cannot delete entity, must delete policies first.");
                if (group.AttachedPolicies.Count > 0)
                    throw IamErrors.DeleteConflictException("Cannot delete entity, must detach all policies first.");
                transaction.Delete(IdentityTables.Groups, group.Key);
            },
            cancellation
        );
        return new DeleteGroupResponse();
    }

    private Task ChangeGroupAsync(
        CallContext context,
        string name,
        Func<GroupRecord, View, GroupRecord> change,
        CancellationToken cancellation
    ) =>
        store.CommitAsync(
            transaction =>
                transaction.Put(IdentityTables.Groups, change(FindGroup(transaction, context, name), transaction)),
            cancellation
        );

    private static void CheckGroupIsNew(View view, string accountId, string name)
    {
        if (view.Find(IdentityTables.Groups, GroupRecord.KeyOf(accountId, name)) is not null)
            throw IamErrors.EntityAlreadyExistsException($"Group with name {name} already exists.");
    }

    private static GroupRecord FindGroup(View view, CallContext context, string name) =>
        view.Find(IdentityTables.Groups, GroupRecord.KeyOf(context.AccountId, name))
        ?? throw IamErrors.NoSuchEntityException($"The group with name {name} cannot be found.");
}
