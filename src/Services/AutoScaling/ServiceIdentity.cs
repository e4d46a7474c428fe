using Estiba.Contracts;

namespace Estiba.AutoScaling;

/// <summary>As whom this service calls others for the sake of an account.</summary>
internal static class ServiceIdentity
{
    internal const string Principal = "autoscaling.amazonaws.com";

    /// <summary>The context of a call.</summary>
    internal static CallContext ContextOf(Scope scope, UniqueIds ids) =>
        new()
        {
            AccountId = scope.AccountId,
            Region = scope.Region,
            PrincipalArn = Principal,
            AccessKeyId = "",
            RequestId = ids.Next(),
        };
}
