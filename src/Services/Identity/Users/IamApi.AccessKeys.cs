using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Credentials;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity;

/// <content>Access keys; the gateway knows each as soon as it is made.</content>
public sealed partial class IamApi
{
    private const int MostAccessKeys = 2;

    /// <inheritdoc/>
    public async Task<CreateAccessKeyResponse> CreateAccessKeyAsync(
        CreateAccessKeyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var name = request.UserName ?? NameOfCaller(context);
        var (id, secret) = (ids.AccessKeyId(), ids.Secret());
        var key = await store.CommitAsync(
            transaction =>
            {
                var user = name is null ? null : FindUser(transaction, context, name).User;
                var owner = AccessKeyRecord.OwnerOf(context.AccountId, user?.UserName);
                if (transaction.Count(IdentityTables.AccessKeys, IdentityTables.KeysByOwner, owner) >= MostAccessKeys)
                    throw IamErrors.LimitExceededException(
                        $"Cannot exceed quota for AccessKeysPerUser: {MostAccessKeys}"
                    );

                var record = new AccessKeyRecord
                {
                    AccessKeyId = id,
                    SecretAccessKey = secrets.Seal(secret, id),
                    AccountId = context.AccountId,
                    UserName = user?.UserName,
                    PrincipalArn = user?.Arn ?? RootCredentials.RootArn(context.AccountId),
                    Status = StatusType.Active,
                    CreateDate = Now(),
                };
                transaction.Put(IdentityTables.AccessKeys, record);
                return record;
            },
            cancellation
        );

        return new CreateAccessKeyResponse
        {
            AccessKey = new AccessKey
            {
                UserName = key.UserName,
                AccessKeyId = key.AccessKeyId,
                Status = key.Status,
                SecretAccessKey = secret,
                CreateDate = key.CreateDate,
            },
        };
    }

    /// <inheritdoc/>
    public Task<ListAccessKeysResponse> ListAccessKeysAsync(
        ListAccessKeysRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (view, name) = (store.Current, request.UserName ?? NameOfCaller(context));
        var owner = AccessKeyRecord.OwnerOf(
            context.AccountId,
            name is null ? null : FindUser(view, context, name).User.UserName
        );
        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            after => view.Where(IdentityTables.AccessKeys, IdentityTables.KeysByOwner, owner, after),
            key => key.AccessKeyId
        );
        return Task.FromResult(
            new ListAccessKeysResponse
            {
                AccessKeyMetadata =
                [
                    .. page.Items.Select(key => new AccessKeyMetadata
                    {
                        UserName = key.UserName,
                        AccessKeyId = key.AccessKeyId,
                        Status = key.Status,
                        CreateDate = key.CreateDate,
                    }),
                ],
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<UpdateAccessKeyResponse> UpdateAccessKeyAsync(
        UpdateAccessKeyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var key = FindKey(transaction, context, request.UserName, request.AccessKeyId!);
                transaction.Put(IdentityTables.AccessKeys, key with { Status = request.Status! });
            },
            cancellation
        );
        return new UpdateAccessKeyResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteAccessKeyResponse> DeleteAccessKeyAsync(
        DeleteAccessKeyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var key = FindKey(transaction, context, request.UserName, request.AccessKeyId!);
                transaction.Delete(IdentityTables.AccessKeys, key.AccessKeyId);
                transaction.Delete(IdentityTables.Uses, key.AccessKeyId);
            },
            cancellation
        );
        return new DeleteAccessKeyResponse();
    }

    private static AccessKeyRecord FindKey(View view, CallContext context, string? userName, string accessKeyId)
    {
        var name = userName ?? NameOfCaller(context);
        if (name is not null)
            FindUser(view, context, name);
        return
            view.Find(IdentityTables.AccessKeys, accessKeyId) is { } key
            && key.Owner == AccessKeyRecord.OwnerOf(context.AccountId, name)
            ? key
            : throw IamErrors.NoSuchEntityException($"The Access Key with id {accessKeyId} cannot be found.");
    }
}
