using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Identity;

/// <content>What the passwords of an account's users must be like. It is kept for tools that read it; nobody signs in
/// with a password here.</content>
public sealed partial class IamApi
{
    private const int ShortestPassword = 6;

    /// <inheritdoc/>
    public Task<GetAccountPasswordPolicyResponse> GetAccountPasswordPolicyAsync(
        GetAccountPasswordPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new GetAccountPasswordPolicyResponse
            {
                PasswordPolicy = AccountOf(store.Current, context).PasswordPolicy
                    ?? throw IamErrors.NoSuchEntityException(
                        $"The Password Policy with domain name {context.AccountId} cannot be found."
                    ),
            }
        );

    // What is not given is set back to its default ("UpdateAccountPasswordPolicy").
    /// <inheritdoc/>
    public async Task<UpdateAccountPasswordPolicyResponse> UpdateAccountPasswordPolicyAsync(
        UpdateAccountPasswordPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var policy = new PasswordPolicy
        {
            MinimumPasswordLength = request.MinimumPasswordLength ?? ShortestPassword,
            RequireSymbols = request.RequireSymbols ?? false,
            RequireNumbers = request.RequireNumbers ?? false,
            RequireUppercaseCharacters = request.RequireUppercaseCharacters ?? false,
            RequireLowercaseCharacters = request.RequireLowercaseCharacters ?? false,
            AllowUsersToChangePassword = request.AllowUsersToChangePassword ?? false,
            ExpirePasswords = request.MaxPasswordAge is not null,
            MaxPasswordAge = request.MaxPasswordAge,
            PasswordReusePrevention = request.PasswordReusePrevention,
            HardExpiry = request.HardExpiry,
        };
        await store.CommitAsync(
            transaction =>
                transaction.Put(
                    IdentityTables.Accounts,
                    AccountOf(transaction, context) with
                    {
                        PasswordPolicy = policy,
                    }
                ),
            cancellation
        );
        return new UpdateAccountPasswordPolicyResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteAccountPasswordPolicyResponse> DeleteAccountPasswordPolicyAsync(
        DeleteAccountPasswordPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var account = AccountOf(transaction, context);
                if (account.PasswordPolicy is null)
                    throw IamErrors.NoSuchEntityException(
                        "The account policy with name PasswordPolicy cannot be found."
                    );
                transaction.Put(IdentityTables.Accounts, account with { PasswordPolicy = null });
            },
            cancellation
        );
        return new DeleteAccountPasswordPolicyResponse();
    }
}
