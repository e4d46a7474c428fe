using Estiba.Contracts;

namespace Estiba.Gateway.Authentication;

/// <summary>Who sent a request, as proven, and the region that the request was signed for.</summary>
/// <param name="AccountId">The account, twelve digits.</param>
/// <param name="PrincipalArn">The user, role session or account.</param>
/// <param name="AccessKeyId">The key that signed it.</param>
/// <param name="Region">The region in the credential scope.</param>
/// <param name="Actions">The only actions that the key is good for; null for all.</param>
internal readonly record struct Caller(string AccountId, string PrincipalArn, string AccessKeyId, string Region, IReadOnlySet<string>? Actions = null)
{
    /// <summary>Whether it may do this.</summary>
    /// <param name="action">As IAM names it, for example <c>ecs:Poll</c>.</param>
    public bool May(string action) => Actions is null || Actions.Contains(action);

    /// <summary>The context that an operation of this caller runs in.</summary>
    public CallContext Context(string requestId) => new()
    {
        AccountId = AccountId,
        Region = Region,
        PrincipalArn = PrincipalArn,
        AccessKeyId = AccessKeyId,
        Actions = Actions,
        RequestId = requestId,
    };
}
