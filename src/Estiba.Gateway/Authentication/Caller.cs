using Estiba.Contracts;

namespace Estiba.Gateway.Authentication;

/// <summary>Who sent a request, as proven, and the region that the request was signed for.</summary>
internal readonly record struct Caller(string AccountId, string PrincipalArn, string AccessKeyId, string Region)
{
    /// <summary>The context that an operation of this caller runs in.</summary>
    public CallContext Context(string requestId) => new()
    {
        AccountId = AccountId,
        Region = Region,
        PrincipalArn = PrincipalArn,
        AccessKeyId = AccessKeyId,
        RequestId = requestId,
    };
}
