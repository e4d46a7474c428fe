using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Images;
using Estiba.Ecr.Repositories;
using Estiba.Ecr.Settings;
using Estiba.State;

namespace Estiba.Ecr;

public sealed partial class EcrApi
{
    /// <inheritdoc />
    /// <remarks>Nothing is replicated, so there are no rules.</remarks>
    public Task<DescribeRegistryResponse> DescribeRegistryAsync(
        DescribeRegistryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeRegistryResponse
            {
                RegistryId = context.AccountId,
                ReplicationConfiguration = new ReplicationConfiguration { Rules = [] },
            }
        );

    /// <inheritdoc />
    /// <remarks>The policy is kept and given back; it allows and denies nothing.</remarks>
    public async Task<PutRegistryPolicyResponse> PutRegistryPolicyAsync(
        PutRegistryPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (!PolicyText.IsPolicy(request.PolicyText!))
            throw ImageErrors.InvalidParameter("PolicyText", "Invalid registry policy provided");
        await ChangeAsync(context, registry => registry with { PolicyText = request.PolicyText }, cancellation);
        return new PutRegistryPolicyResponse { RegistryId = context.AccountId, PolicyText = request.PolicyText };
    }

    /// <inheritdoc />
    public Task<GetRegistryPolicyResponse> GetRegistryPolicyAsync(
        GetRegistryPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new GetRegistryPolicyResponse
            {
                RegistryId = context.AccountId,
                PolicyText = RegistryOf(_store.Current, context).PolicyText ?? throw NoRegistryPolicy(context),
            }
        );

    /// <inheritdoc />
    public async Task<DeleteRegistryPolicyResponse> DeleteRegistryPolicyAsync(
        DeleteRegistryPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var policy = "";
        await ChangeAsync(
            context,
            registry =>
            {
                policy = registry.PolicyText ?? throw NoRegistryPolicy(context);
                return registry with { PolicyText = null };
            },
            cancellation
        );
        return new DeleteRegistryPolicyResponse { RegistryId = context.AccountId, PolicyText = policy };
    }

    /// <inheritdoc />
    public Task<GetAccountSettingResponse> GetAccountSettingAsync(
        GetAccountSettingRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        _ = ValuesOf(request.Name!);
        return Task.FromResult(
            new GetAccountSettingResponse
            {
                Name = request.Name,
                Value = AccountSettings.ValueOf(RegistryOf(_store.Current, context), request.Name!),
            }
        );
    }

    /// <inheritdoc />
    public async Task<PutAccountSettingResponse> PutAccountSettingAsync(
        PutAccountSettingRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var values = ValuesOf(request.Name!);
        if (!values.Contains(request.Value))
            throw ImageErrors.InvalidParameter(
                "value",
                $"Member must satisfy enum value set: [{string.Join(", ", values)}]"
            );
        await ChangeAsync(
            context,
            registry =>
                registry with
                {
                    AccountSettings = new Dictionary<string, string>(registry.AccountSettings)
                    {
                        [request.Name!] = request.Value!,
                    },
                },
            cancellation
        );
        return new PutAccountSettingResponse { Name = request.Name, Value = request.Value };
    }

    private static IReadOnlyList<string> ValuesOf(string setting) =>
        AccountSettings.ValuesOf(setting)
        ?? throw ImageErrors.InvalidParameter("name", $"There is no account setting '{setting}'");

    private static RegistryRecord RegistryOf(View view, CallContext context) =>
        view.Find(EcrTables.Registries, EcrTables.RegistryKey(Scope.Of(context)))
        ?? new RegistryRecord { AccountId = context.AccountId, Region = context.Region };

    private Task ChangeAsync(
        CallContext context,
        Func<RegistryRecord, RegistryRecord> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction => transaction.Put(EcrTables.Registries, change(RegistryOf(transaction, context))),
            cancellation
        );

    private static AwsException NoRegistryPolicy(CallContext context) =>
        EcrErrors.RegistryPolicyNotFoundException(
            $"Registry policy does not exist in the registry with id '{context.AccountId}'"
        );
}
