using Estiba.Contracts;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Authentication;

/// <summary>Who sent a request, as proven, and the region that the request was signed for.</summary>
/// <param name="AccountId">The account, twelve digits.</param>
/// <param name="PrincipalArn">The user, role session or account.</param>
/// <param name="AccessKeyId">The key that signed it.</param>
/// <param name="Region">The region in the credential scope.</param>
/// <param name="Actions">The only actions that the key is good for; null for all.</param>
internal readonly record struct Caller(
    string AccountId,
    string PrincipalArn,
    string AccessKeyId,
    string Region,
    IReadOnlySet<string>? Actions = null
)
{
    /// <summary>The context that an operation of this caller runs in.</summary>
    /// <param name="http">The request.</param>
    public CallContext Context(HttpContext http) =>
        new()
        {
            AccountId = AccountId,
            Region = Region,
            PrincipalArn = PrincipalArn,
            AccessKeyId = AccessKeyId,
            Actions = Actions,
            RequestId = http.TraceIdentifier,
            Origin = new CallOrigin(
                http.Connection.RemoteIpAddress,
                http.Request.IsHttps,
                http.Request.Headers.UserAgent is [{ Length: > 0 } agent] ? agent : null
            )
            {
                Host = http.Request.Host.Value is { Length: > 0 } host ? host : null,
            },
        };
}
