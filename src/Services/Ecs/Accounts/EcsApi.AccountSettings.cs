using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Accounts;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs;

/// <content>Account settings.</content>
public sealed partial class EcsApi
{
    private const int MostSettingsListed = 10;

    /// <inheritdoc/>
    public async Task<PutAccountSettingResponse> PutAccountSettingAsync(
        PutAccountSettingRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        new()
        {
            Setting = await PutSettingAsync(
                request.Name!,
                request.Value!,
                AccountSettings.PrincipalOf(request.PrincipalArn, context),
                context,
                cancellation
            ),
        };

    /// <inheritdoc/>
    public async Task<PutAccountSettingDefaultResponse> PutAccountSettingDefaultAsync(
        PutAccountSettingDefaultRequest request,
        CallContext context,
        CancellationToken cancellation
    ) => new() { Setting = await PutSettingAsync(request.Name!, request.Value!, principal: "", context, cancellation) };

    /// <inheritdoc/>
    public async Task<DeleteAccountSettingResponse> DeleteAccountSettingAsync(
        DeleteAccountSettingRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        var principal = AccountSettings.PrincipalOf(request.PrincipalArn, context);
        await _store.CommitAsync(
            transaction =>
                transaction.Delete(
                    EcsTables.AccountSettings,
                    AccountSettingRecord.KeyOf(scope, request.Name!, principal)
                ),
            cancellation
        );
        return new DeleteAccountSettingResponse
        {
            Setting = SettingOf(
                request.Name!,
                AccountSettings.Effective(_store.Current, scope, principal, request.Name!),
                principal,
                context
            ),
        };
    }

    /// <inheritdoc/>
    public Task<ListAccountSettingsResponse> ListAccountSettingsAsync(
        ListAccountSettingsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.Value is not null && request.Name is null)
            throw InvalidParameterException("A setting name must be specified when a setting value is specified.");
        var scope = Scope.Of(context);
        var view = _store.Current;
        var principal = AccountSettings.PrincipalOf(request.PrincipalArn, context);
        var after = Paging.After(request.NextToken, request, context);

        var settings = AccountSettings
            .Names.Where(name => after is null || string.CompareOrdinal(name, after) > 0)
            .Where(name => request.Name is null || name == request.Name)
            .Select(name =>
                (
                    Name: name,
                    Value: request.EffectiveSettings == true
                        ? AccountSettings.Effective(view, scope, principal, name)
                        : view.Find(
                            EcsTables.AccountSettings,
                            AccountSettingRecord.KeyOf(scope, name, principal)
                        )?.Value
                )
            )
            .Where(setting => setting.Value is not null && (request.Value is null || setting.Value == request.Value))
            .Select(setting => SettingOf(setting.Name, setting.Value!, principal, context));
        var (page, token) = PagingToken.Cut(
            settings,
            Paging.Size(request.MaxResults, MostSettingsListed),
            setting => setting.Name!,
            request,
            context
        );
        return Task.FromResult(new ListAccountSettingsResponse { Settings = page, NextToken = token });
    }

    private async Task<Setting> PutSettingAsync(
        string name,
        string value,
        string principal,
        CallContext context,
        CancellationToken cancellation
    )
    {
        AccountSettings.Check(name, value);
        await _store.CommitAsync(
            transaction =>
                transaction.Put(
                    EcsTables.AccountSettings,
                    new AccountSettingRecord
                    {
                        Scope = Scope.Of(context),
                        PrincipalArn = principal,
                        Name = name,
                        Value = value,
                    }
                ),
            cancellation
        );
        return SettingOf(name, value, principal, context);
    }

    private static Setting SettingOf(string name, string value, string principal, CallContext context) =>
        new()
        {
            Name = name,
            Value = value,
            PrincipalArn = principal.Length == 0 ? AccountSettings.RootOf(context) : principal,
            Type = AccountSettings.TypeOf(name),
        };
}
