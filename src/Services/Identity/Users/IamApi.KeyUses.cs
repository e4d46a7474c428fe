using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Identity;

/// <content>When access keys were used last.</content>
public sealed partial class IamApi
{
    private const string NotUsed = "N/A";

    /// <inheritdoc/>
    public Task<GetAccessKeyLastUsedResponse> GetAccessKeyLastUsedAsync(
        GetAccessKeyLastUsedRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (view, id) = (store.Current, request.AccessKeyId!);
        if (view.Find(IdentityTables.AccessKeys, id) is not { } key || key.AccountId != context.AccountId)
        {
            throw new AwsException(
                "AccessDenied",
                $"User: {context.PrincipalArn} is not authorized to perform iam:GetAccessKeyLastUsed on resource: "
                    + $"access key {id}",
                statusCode: 403
            );
        }

        var use = uses.Find(view, id);
        return Task.FromResult(
            new GetAccessKeyLastUsedResponse
            {
                UserName = key.UserName,
                AccessKeyLastUsed = new AccessKeyLastUsed
                {
                    LastUsedDate = use?.Date,
                    ServiceName = use?.Service ?? NotUsed,
                    Region = use?.Region ?? NotUsed,
                },
            }
        );
    }
}
