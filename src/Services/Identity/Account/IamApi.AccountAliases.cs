using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Account;
using Estiba.State;

namespace Estiba.Identity;

/// <content>The alias of an account: it has one at most, and nobody else has the same.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public async Task<CreateAccountAliasResponse> CreateAccountAliasAsync(
        CreateAccountAliasRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var alias = request.AccountAlias!;
                if (transaction.Range(IdentityTables.Accounts).Any(account => account.Alias == alias))
                    throw IamErrors.EntityAlreadyExistsException($"The account alias {alias} already exists.");
                transaction.Put(IdentityTables.Accounts, AccountOf(transaction, context) with { Alias = alias });
            },
            cancellation
        );
        return new CreateAccountAliasResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteAccountAliasResponse> DeleteAccountAliasAsync(
        DeleteAccountAliasRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var account = AccountOf(transaction, context);
                if (account.Alias != request.AccountAlias)
                    throw IamErrors.NoSuchEntityException(
                        $"The account alias with name {request.AccountAlias} cannot be found."
                    );
                transaction.Put(IdentityTables.Accounts, account with { Alias = null });
            },
            cancellation
        );
        return new DeleteAccountAliasResponse();
    }

    /// <inheritdoc/>
    public Task<ListAccountAliasesResponse> ListAccountAliasesAsync(
        ListAccountAliasesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new ListAccountAliasesResponse
            {
                AccountAliases = AccountOf(store.Current, context).Alias is { } alias ? [alias] : [],
                IsTruncated = false,
            }
        );

    private static AccountRecord AccountOf(View view, CallContext context) =>
        view.Find(IdentityTables.Accounts, context.AccountId) ?? new AccountRecord(context.AccountId);
}
