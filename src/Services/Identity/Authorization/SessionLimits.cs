using Estiba.Contracts;
using Estiba.Contracts.Signing;

namespace Estiba.Identity.Authorization;

/// <summary>
/// What credentials of GetSessionToken are not for ("GetSessionToken", STS API reference): IAM, which asks for MFA, and
/// STS but for two operations.
/// </summary>
internal static class SessionLimits
{
    /// <exception cref="SignatureException">IAM takes them for nobody's.</exception>
    /// <exception cref="AwsException"><c>AccessDenied</c>: STS does not take them for this operation.</exception>
    public static void Check(ServiceModel service, OperationModel operation)
    {
        switch (service.SigningName)
        {
            case "iam":
                throw new SignatureException(
                    SignatureFault.UnknownCredentials,
                    "The security token included in the request is invalid."
                );
            case "sts" when operation.Name is not ("AssumeRole" or "GetCallerIdentity"):
                throw new AwsException("AccessDenied", $"Cannot call {operation.Name} with session credentials", 403);
        }
    }
}
