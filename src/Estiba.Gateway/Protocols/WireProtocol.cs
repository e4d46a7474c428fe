using System.Buffers;
using Estiba.Contracts;
using Estiba.Contracts.Signing;

namespace Estiba.Gateway.Protocols;

/// <summary>How answers and errors look in one of AWS's wire protocols. Stateless.</summary>
internal abstract class WireProtocol
{
    public static readonly WireProtocol Json = new JsonProtocol();
    public static readonly WireProtocol Query = new QueryProtocol();
    public static readonly WireProtocol Ec2 = new Ec2Protocol();

    public static WireProtocol Of(ServiceModel service) => service.Protocol switch
    {
        ProtocolKind.Json => Json,
        ProtocolKind.Query => Query,
        ProtocolKind.Ec2 => Ec2,
        _ => throw new InvalidOperationException($"The gateway does not speak the protocol of {service.ServiceId}."),
    };

    public abstract string ContentType { get; }

    public abstract void WriteAnswer(IBufferWriter<byte> output, ServiceModel service, OperationModel operation, IShape answer, string requestId);

    /// <param name="output">Where to.</param>
    /// <param name="service">The service that the request went to, where that is known.</param>
    /// <param name="error">What is wrong.</param>
    /// <param name="requestId">The request's id.</param>
    public abstract void WriteError(IBufferWriter<byte> output, ServiceModel? service, AwsException error, string requestId);

    /// <summary>The error for a request that is not authentic.</summary>
    public abstract AwsException NotAuthentic(SignatureException fault);

    /// <summary>The error for a caller whose key is not good for what it asks.</summary>
    public virtual AwsException NotAuthorized(string principalArn, string action) =>
        new("AccessDenied", $"User: {principalArn} is not authorized to perform: {action} because no identity-based policy allows the {action} action", 403);

    /// <summary>The error for an operation that nobody knows.</summary>
    public abstract AwsException UnknownOperation(string? operation, string? version);

    /// <summary>The error for a request whose body is larger than allowed.</summary>
    public static AwsException TooLarge(long limit) =>
        new("RequestEntityTooLarge", $"The request is too large: its body may have at most {limit} bytes.", 413);

    /// <summary>The error when the platform cannot keep what it would change.</summary>
    public abstract AwsException Unavailable(string message);

    /// <summary>The error for what should not have happened. Says nothing of what it was; the log does.</summary>
    public abstract AwsException Internal(string requestId);

    private protected static string InternalMessage(string requestId) =>
        $"An internal error has occurred. The platform's log has its details under the request id {requestId}.";
}
