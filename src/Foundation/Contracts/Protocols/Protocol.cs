using Estiba.Contracts.EventStreams;
using Estiba.Contracts.Rest;
using Estiba.Contracts.Signing;

namespace Estiba.Contracts.Protocols;

/// <summary>
/// One of AWS's wire protocols, whole: how a request names its operation, how requests and answers are read and
/// written, on the side of the service and on the client's, and how errors look and are worded. Stateless.
/// </summary>
public abstract class Protocol
{
    /// <summary>AWS JSON 1.0.</summary>
    public static readonly Protocol Json10 = new JsonProtocol("1.0");

    /// <summary>AWS JSON 1.1.</summary>
    public static readonly Protocol Json11 = new JsonProtocol("1.1");

    /// <summary>The query protocol.</summary>
    public static readonly Protocol Query = new QueryProtocol();

    /// <summary>EC2's dialect of the query protocol.</summary>
    public static readonly Protocol Ec2 = new Ec2Protocol();

    /// <summary>REST with JSON.</summary>
    public static readonly Protocol RestJson = new RestJsonProtocol();

    /// <summary>REST with XML.</summary>
    public static readonly Protocol RestXml = new RestXmlProtocol(wrapsErrors: true);

    /// <summary>REST with XML whose errors stand alone in their documents ("noErrorWrapping").</summary>
    public static readonly Protocol RestXmlBare = new RestXmlProtocol(wrapsErrors: false);

    /// <summary>Smithy's RPC v2 in CBOR.</summary>
    public static readonly Protocol Cbor = new CborProtocol();

    /// <summary>All of them; of those that a request's head can name, the first that fits is meant.</summary>
    public static IReadOnlyList<Protocol> All { get; } =
    [Json11, Json10, Cbor, Query, Ec2, RestJson, RestXml, RestXmlBare];

    /// <summary>The name in service descriptions.</summary>
    public abstract string Name { get; }

    /// <summary>The content type of answers and errors.</summary>
    public abstract string ContentType { get; }

    /// <summary>Where a request names its operation.</summary>
    public abstract OperationNaming Naming { get; }

    /// <summary>Whether a body may be compressed; where it is somebody's file, nobody unpacks it.</summary>
    public virtual bool TakesCompressedBodies => true;

    /// <summary>Whether headers may tell a checksum of the body.</summary>
    public virtual bool HasChecksums => false;

    /// <summary>Whether the first of an answer's events is the answer itself.</summary>
    public virtual bool BeginsEvents => false;

    /// <summary>Whether the head of a request says that it speaks this protocol.</summary>
    public virtual bool IsSpoken(WireRequest request) => false;

    /// <summary>The name by which requests of this protocol know a service; null where they do not.</summary>
    public virtual string? NameOf(ServiceModel service) => null;

    /// <summary>The service that a request names, as in <see cref="NameOf"/>; null when it does not.</summary>
    public virtual string? ServiceOf(WireRequest request) => null;

    /// <summary>The operation that a request to a service asks for; null when it asks for none that AWS has.</summary>
    /// <remarks>What a path says besides the operation is kept in the request.</remarks>
    public abstract string? OperationOf(ServiceModel service, WireRequest request);

    /// <summary>Reads the members of a request.</summary>
    public abstract ShapeReader Reader(ServiceModel service, WireRequest request);

    /// <summary>Writes an answer.</summary>
    public abstract void WriteAnswer(
        WireAnswer answer,
        ServiceModel service,
        OperationModel operation,
        IShape shape,
        string requestId
    );

    /// <summary>Writes an error.</summary>
    /// <param name="answer">Where to.</param>
    /// <param name="service">The service that the request went to, where that is known.</param>
    /// <param name="error">What is wrong.</param>
    /// <param name="requestId">The request's id.</param>
    public abstract void WriteError(WireAnswer answer, ServiceModel? service, AwsException error, string requestId);

    /// <summary>The error for a request that is not authentic.</summary>
    public abstract AwsException NotAuthentic(SignatureException fault);

    /// <summary>The error for a caller who may not do what it asks for.</summary>
    /// <param name="refusal">Why, as <see cref="AccessDecision.Refusal"/> says it.</param>
    public virtual AwsException NotAuthorized(string refusal) => new("AccessDenied", refusal, 403);

    /// <summary>The error for a request that asks for no operation that AWS has.</summary>
    /// <param name="service">The service, where that is known.</param>
    /// <param name="request">The request.</param>
    public abstract AwsException UnknownOperation(ServiceModel? service, WireRequest request);

    /// <summary>The error for a version of the API that the service does not have; null when it has it.</summary>
    public virtual AwsException? RefusedVersion(ServiceModel service, WireRequest request) => null;

    /// <summary>The error for a body that does not arrive.</summary>
    public AwsException TooSlow() =>
        new(
            TimeoutCode,
            "Your socket connection to the server was not read from or written to within the timeout period.",
            408
        );

    private protected virtual string TimeoutCode => "RequestTimeout";

    /// <summary>The error for an operation that nobody has written.</summary>
    public virtual AwsException NotImplemented(ServiceModel service, OperationModel operation) =>
        AwsException.NotImplemented(service.Name, operation.Name);

    /// <summary>The error when the platform cannot keep what it would change.</summary>
    public abstract AwsException Unavailable(string message);

    /// <summary>The error for what should not have happened. Says nothing of what it was; the log does.</summary>
    public abstract AwsException Internal(string requestId);

    /// <summary>The request of a client.</summary>
    public abstract ClientRequest WriteRequest(ServiceModel service, OperationModel operation, IShape request);

    /// <summary>Reads what a service answered to a client.</summary>
    /// <exception cref="AwsException">It answered an error.</exception>
    /// <exception cref="InvalidDataException">The answer is not what the protocol says.</exception>
    public TResponse ReadAnswer<TResponse>(ServiceModel service, OperationModel operation, ClientAnswer answer)
        where TResponse : IShape<TResponse>
    {
        if (answer.Status is >= 200 and < 300)
            return TResponse.Read(answer.Events is null ? AnswerReader(operation, answer) : EventsReader(answer));
        AwsException? error = null;
        try
        {
            error = ReadError(answer);
        }
        catch (InvalidDataException)
        {
            // Something in between has answered, such as a proxy.
        }

        throw error
            ?? new AwsException(
                "UnknownError",
                $"{service.ServiceId} answered with status {answer.Status} and a body that is not an AWS error.",
                answer.Status
            );
    }

    private protected abstract ShapeReader AnswerReader(OperationModel operation, ClientAnswer answer);

    /// <summary>Makes the reader of an event's payload that is a structure.</summary>
    private protected virtual ShapeReader EventReader(ReadOnlyMemory<byte> payload) =>
        throw AwsException.Serialization("The protocol has no events");

    private RestShapeReader EventsReader(ClientAnswer answer) =>
        new(
            new HttpParts
            {
                Header = answer.Header,
                Headers = answer.Headers,
                Status = answer.Status,
                Body = answer.Body,
                Events = new EventSource(answer.Events!, EventReader),
            },
            EventReader,
            AwsException.Serialization
        );

    private protected abstract AwsException? ReadError(ClientAnswer answer);

    private protected static string InternalMessage(string requestId) =>
        $"An internal error has occurred. The platform's log has its details under the request id {requestId}.";
}

/// <summary>Where requests of a protocol name their operation.</summary>
public enum OperationNaming
{
    /// <summary>In the head, together with the service.</summary>
    Head,

    /// <summary>In the body, which is a form.</summary>
    Body,

    /// <summary>In the method and the path, which say nothing of the service.</summary>
    Path,
}

/// <summary>A request as a client sends it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">The path and the query, encoded.</param>
/// <param name="ContentType">The type of the body; null for none.</param>
/// <param name="Headers">All other headers.</param>
/// <param name="Body">The body.</param>
public sealed record ClientRequest(
    string Method,
    string Target,
    string? ContentType,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    ReadOnlyMemory<byte> Body
);

/// <summary>An answer as a client gets it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Header">Finds a header; null when there is none.</param>
/// <param name="Headers">All headers.</param>
/// <param name="Body">The body.</param>
/// <param name="Events">The events that follow, as they come; null for none.</param>
public sealed record ClientAnswer(
    int Status,
    Func<string, string?> Header,
    IEnumerable<KeyValuePair<string, string>> Headers,
    ReadOnlyMemory<byte> Body,
    Stream? Events = null
);
