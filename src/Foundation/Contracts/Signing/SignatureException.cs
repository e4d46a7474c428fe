namespace Estiba.Contracts.Signing;

/// <summary>
/// What is wrong with a request's authentication. Each has one error code in each of AWS's protocols.
/// </summary>
public enum SignatureFault
{
    /// <summary>The request is not signed at all.</summary>
    Missing,

    /// <summary>Something that belongs to a signature is missing or malformed.</summary>
    Incomplete,

    /// <summary>The signature does not fit the request, the time or the service.</summary>
    Invalid,

    /// <summary>A presigned request is used after its time.</summary>
    Expired,

    /// <summary>Nobody has this access key, or the session token is not the one that belongs to it.</summary>
    UnknownCredentials,

    /// <summary>The temporary credentials are over.</summary>
    ExpiredCredentials,
}

/// <summary>A request is not authentic. The gateway turns it into the error of the request's protocol.</summary>
/// <param name="fault">Which rule was broken.</param>
/// <param name="message">AWS's words for it.</param>
public sealed class SignatureException(SignatureFault fault, string message) : Exception(message)
{
    /// <summary>Which rule was broken.</summary>
    public SignatureFault Fault { get; } = fault;
}
