using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Groups;
using Estiba.Identity.Policies;
using Estiba.Identity.Tags;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity;

/// <content>Users.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public async Task<CreateUserResponse> CreateUserAsync(
        CreateUserRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var path = request.Path ?? DefaultPath;
        var user = new User
        {
            Path = path,
            UserName = request.UserName,
            UserId = ids.UserId(),
            Arn = ArnOf(context, "user", path, request.UserName!),
            CreateDate = Now(),
            Tags = TagSet.OfPrincipal.Of(request.Tags),
        };

        return new CreateUserResponse
        {
            User = await store.CommitAsync(
                transaction =>
                {
                    CheckUserIsNew(transaction, context.AccountId, request.UserName!);
                    var made = user with
                    {
                        PermissionsBoundary = ManagedPolicy.Boundary(
                            transaction,
                            context.AccountId,
                            request.PermissionsBoundary
                        ),
                    };
                    transaction.Put(IdentityTables.Users, new UserRecord(context.AccountId, made));
                    return made;
                },
                cancellation
            ),
        };
    }

    /// <inheritdoc/>
    public Task<GetUserResponse> GetUserAsync(
        GetUserRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var name = request.UserName ?? NameOfCaller(context);
        return Task.FromResult(
            new GetUserResponse
            {
                User = name is null ? RootUser(context) : FindUser(store.Current, context, name).User,
            }
        );
    }

    /// <inheritdoc/>
    public Task<ListUsersResponse> ListUsersAsync(
        ListUsersRequest request,
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
                    .Current.Range(IdentityTables.Users, context.AccountId + "/", after)
                    .Where(user => IsIn(user.User.Path!, request.PathPrefix)),
            user => user.Key
        );
        return Task.FromResult(
            new ListUsersResponse
            {
                Users = [.. page.Items.Select(user => Listed(user.User))],
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<UpdateUserResponse> UpdateUserAsync(
        UpdateUserRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var user = FindUser(transaction, context, request.UserName!);
                var (name, path) = (request.NewUserName ?? user.User.UserName!, request.NewPath ?? user.User.Path!);
                var renamed = user with
                {
                    User = user.User with { UserName = name, Path = path, Arn = ArnOf(context, "user", path, name) },
                };
                if (renamed.Key != user.Key)
                    CheckUserIsNew(transaction, context.AccountId, name);
                foreach (
                    var key in transaction
                        .Where(IdentityTables.AccessKeys, IdentityTables.KeysByOwner, user.Key)
                        .ToList()
                )
                    transaction.Put(
                        IdentityTables.AccessKeys,
                        key with
                        {
                            UserName = name,
                            PrincipalArn = renamed.User.Arn!,
                        }
                    );
                transaction.Delete(IdentityTables.Users, user.Key);
                transaction.Put(IdentityTables.Users, renamed);
            },
            cancellation
        );
        return new UpdateUserResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteUserResponse> DeleteUserAsync(
        DeleteUserRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var user = FindUser(transaction, context, request.UserName!);
                if (user.Policies.Count > 0)
                    throw IamErrors.DeleteConflictException("Cannot delete entity, must delete policies first.");
                if (user.AttachedPolicies.Count > 0)
                    throw IamErrors.DeleteConflictException("Cannot delete entity, must detach all policies first.");
                if (transaction.Count(IdentityTables.AccessKeys, IdentityTables.KeysByOwner, user.Key) > 0)
                    throw IamErrors.DeleteConflictException("Cannot delete entity, must delete access keys first.");
                if (MembershipRecord.GroupsOf(transaction, user.User.UserId!).Any())
                    throw IamErrors.DeleteConflictException(
                        "Cannot delete entity, must remove users from group first."
                    );
                transaction.Delete(IdentityTables.Users, user.Key);
            },
            cancellation
        );
        return new DeleteUserResponse();
    }

    /// <inheritdoc/>
    public async Task<PutUserPermissionsBoundaryResponse> PutUserPermissionsBoundaryAsync(
        PutUserPermissionsBoundaryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeUserAsync(
            context,
            request.UserName!,
            (user, view) =>
                user with
                {
                    User = user.User with
                    {
                        PermissionsBoundary = ManagedPolicy.Boundary(
                            view,
                            context.AccountId,
                            request.PermissionsBoundary
                        ),
                    },
                },
            cancellation
        );
        return new PutUserPermissionsBoundaryResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteUserPermissionsBoundaryResponse> DeleteUserPermissionsBoundaryAsync(
        DeleteUserPermissionsBoundaryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeUserAsync(
            context,
            request.UserName!,
            (user, _) => user with { User = user.User with { PermissionsBoundary = null } },
            cancellation
        );
        return new DeleteUserPermissionsBoundaryResponse();
    }

    /// <inheritdoc/>
    public async Task<TagUserResponse> TagUserAsync(
        TagUserRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeUserAsync(
            context,
            request.UserName!,
            (user, _) =>
                user with
                {
                    User = user.User with { Tags = TagSet.OfPrincipal.With(user.User.Tags, request.Tags!) },
                },
            cancellation
        );
        return new TagUserResponse();
    }

    /// <inheritdoc/>
    public async Task<UntagUserResponse> UntagUserAsync(
        UntagUserRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeUserAsync(
            context,
            request.UserName!,
            (user, _) =>
                user with
                {
                    User = user.User with { Tags = TagSet.OfPrincipal.Without(user.User.Tags, request.TagKeys!) },
                },
            cancellation
        );
        return new UntagUserResponse();
    }

    /// <inheritdoc/>
    public Task<ListUserTagsResponse> ListUserTagsAsync(
        ListUserTagsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            FindUser(store.Current, context, request.UserName!).User.Tags ?? [],
            tag => tag.Key!
        );
        return Task.FromResult(
            new ListUserTagsResponse
            {
                Tags = page.Items,
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    private Task ChangeUserAsync(
        CallContext context,
        string name,
        Func<UserRecord, View, UserRecord> change,
        CancellationToken cancellation
    ) =>
        store.CommitAsync(
            transaction =>
                transaction.Put(IdentityTables.Users, change(FindUser(transaction, context, name), transaction)),
            cancellation
        );

    private static void CheckUserIsNew(View view, string accountId, string name)
    {
        if (view.Find(IdentityTables.Users, UserRecord.KeyOf(accountId, name)) is not null)
            throw IamErrors.EntityAlreadyExistsException($"User with name {name} already exists.");
    }

    private static UserRecord FindUser(View view, CallContext context, string name) =>
        view.Find(IdentityTables.Users, UserRecord.KeyOf(context.AccountId, name))
        ?? throw IamErrors.NoSuchEntityException($"The user with name {name} cannot be found.");

    // Lists leave out tags and the boundary (ListUsers).
    private static User Listed(User user) => user with { Tags = null, PermissionsBoundary = null };

    /// <summary>The name of the user who calls; null for the account's root.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>: the caller is no user.</exception>
    private static string? NameOfCaller(CallContext context)
    {
        if (Arn.TryParse(context.PrincipalArn, out var arn) && arn.Service == "iam")
        {
            if (arn.Resource == "root")
                return null;
            if (arn.ResourceType == "user")
                return arn.Resource[(arn.Resource.LastIndexOf('/') + 1)..];
        }

        throw new AwsException("ValidationError", "Must specify userName when calling with non-User credentials");
    }

    private User RootUser(CallContext context) =>
        new()
        {
            Path = DefaultPath,
            UserId = context.AccountId,
            Arn = context.PrincipalArn,
            CreateDate = root.CreateDate,
        };
}
