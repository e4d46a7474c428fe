using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity;

/// <content>Users.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public async Task<CreateUserResponse> CreateUserAsync(CreateUserRequest request, CallContext context, CancellationToken cancellation = default)
    {
        CheckTags(request.Tags);
        var path = request.Path ?? DefaultPath;
        var user = new User
        {
            Path = path,
            UserName = request.UserName,
            UserId = ids.UserId(),
            Arn = ArnOf(context.AccountId, "user", path, request.UserName!),
            CreateDate = Now(),
            PermissionsBoundary = Boundary(request.PermissionsBoundary),
            Tags = request.Tags is { Count: > 0 } tags ? tags : null,
        };

        var record = new UserRecord(context.AccountId, user);
        await store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(IdentityTables.Users, record.Key) is not null)
                    throw IamErrors.EntityAlreadyExistsException($"User with name {request.UserName} already exists.");
                transaction.Put(IdentityTables.Users, record);
            },
            cancellation);
        return new CreateUserResponse { User = user };
    }

    /// <inheritdoc/>
    public Task<GetUserResponse> GetUserAsync(GetUserRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var name = request.UserName ?? NameOfCaller(context);
        return Task.FromResult(new GetUserResponse { User = name is null ? RootUser(context) : FindUser(store.Current, context, name).User });
    }

    /// <inheritdoc/>
    public Task<ListUsersResponse> ListUsersAsync(ListUsersRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var page = Page.Of(
            after => store.Current.Range(IdentityTables.Users, context.AccountId + "/", after)
                .Where(user => user.User.Path!.StartsWith(request.PathPrefix ?? DefaultPath, StringComparison.Ordinal)),
            user => user.Key, request.Marker, request.MaxItems);
        return Task.FromResult(new ListUsersResponse
        {
            Users = [.. page.Items.Select(user => user.User with { Tags = null, PermissionsBoundary = null })],
            IsTruncated = page.IsTruncated,
            Marker = page.Marker,
        });
    }

    /// <inheritdoc/>
    public async Task<DeleteUserResponse> DeleteUserAsync(DeleteUserRequest request, CallContext context, CancellationToken cancellation = default)
    {
        await store.CommitAsync(
            transaction =>
            {
                var user = FindUser(transaction, context, request.UserName!);
                if (transaction.Count(IdentityTables.AccessKeys, IdentityTables.KeysByOwner, user.Key) > 0)
                    throw IamErrors.DeleteConflictException("Cannot delete entity, must delete access keys first.");
                transaction.Delete(IdentityTables.Users, user.Key);
            },
            cancellation);
        return new DeleteUserResponse();
    }

    private static UserRecord FindUser(View view, CallContext context, string name) =>
        view.Find(IdentityTables.Users, UserRecord.KeyOf(context.AccountId, name))
        ?? throw IamErrors.NoSuchEntityException($"The user with name {name} cannot be found.");

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

    private User RootUser(CallContext context) => new()
    {
        Path = DefaultPath,
        UserId = context.AccountId,
        Arn = context.PrincipalArn,
        CreateDate = root.CreateDate,
    };
}
