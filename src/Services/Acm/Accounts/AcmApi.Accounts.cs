using Estiba.Acm.Accounts;
using Estiba.Contracts;
using Estiba.Contracts.Acm;

namespace Estiba.Acm;

/// <content>What an account has set. It is kept and shown; there are no events that it would begin.</content>
public sealed partial class AcmApi
{
    /// <inheritdoc/>
    public Task<GetAccountConfigurationResponse> GetAccountConfigurationAsync(
        GetAccountConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        Task.FromResult(
            new GetAccountConfigurationResponse
            {
                ExpiryEvents = new ExpiryEventsConfiguration
                {
                    DaysBeforeExpiry = _store
                        .Current.Find(AcmTables.Accounts, AccountRecord.KeyOf(Scope.Of(context)))
                        ?.DaysBeforeExpiry
                        ?? AccountRecord.DefaultDaysBeforeExpiry,
                },
            }
        );

    /// <inheritdoc/>
    public async Task<PutAccountConfigurationResponse> PutAccountConfigurationAsync(
        PutAccountConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        await _store.CommitAsync(
            transaction =>
            {
                var before = transaction.Find(AcmTables.Accounts, AccountRecord.KeyOf(scope));
                if (before?.IdempotencyToken == request.IdempotencyToken && Now - before!.SetAt < Quotas.TokenLife)
                    return;
                var record = new AccountRecord
                {
                    Scope = scope,
                    DaysBeforeExpiry = request.ExpiryEvents?.DaysBeforeExpiry
                        ?? before?.DaysBeforeExpiry
                        ?? AccountRecord.DefaultDaysBeforeExpiry,
                    IdempotencyToken = request.IdempotencyToken!,
                    SetAt = Now,
                };
                transaction.Put(AcmTables.Accounts, record);
            },
            cancellation
        );
        return new PutAccountConfigurationResponse();
    }
}
