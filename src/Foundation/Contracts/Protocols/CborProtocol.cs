using Estiba.Contracts.Cbor;
using Estiba.Contracts.EventStreams;
using Estiba.Contracts.Signing;

namespace Estiba.Contracts.Protocols;

/// <summary>Smithy's RPC v2 in CBOR: the path names service and operation ("Smithy RPC v2 CBOR protocol").</summary>
internal sealed class CborProtocol : Protocol
{
    private const string MarkHeader = "smithy-protocol";
    private const string Mark = "rpc-v2-cbor";
    private const string ServicePart = "/service/";
    private const string OperationPart = "/operation/";

    public override string Name => "smithy-rpc-v2-cbor";

    public override string ContentType => "application/cbor";

    public override OperationNaming Naming => OperationNaming.Head;

    public override bool IsSpoken(WireRequest request) => request.Header(MarkHeader) == Mark;

    public override string? NameOf(ServiceModel service) => service.TargetPrefix;

    // There may be anything in front of "service".
    public override string? ServiceOf(WireRequest request)
    {
        var path = request.Path;
        var service = path.LastIndexOf(ServicePart, StringComparison.Ordinal);
        var operation = path.LastIndexOf(OperationPart, StringComparison.Ordinal);
        return service >= 0 && operation > service ? path[(service + ServicePart.Length)..operation] : null;
    }

    public override string? OperationOf(ServiceModel service, WireRequest request) =>
        request.Path[(request.Path.LastIndexOf('/') + 1)..];

    public override ShapeReader Reader(ServiceModel service, WireRequest request) => new CborShapeReader(request.Body);

    public override void WriteAnswer(
        WireAnswer answer,
        ServiceModel service,
        OperationModel operation,
        IShape shape,
        string requestId
    )
    {
        answer.ContentType = ContentType;
        answer.AddHeader(MarkHeader, Mark);
        var writer = new CborShapeWriter();
        shape.Write(writer);
        if (writer.FollowingEvents is not { } events)
        {
            writer.CopyTo(answer.Body);
            return;
        }

        using var first = new PooledBuffer();
        writer.CopyTo(first);
        EventFrame.Write(answer.Body, EventFrame.InitialResponse(ContentType), first.Written.Span);
        answer.ContentType = EventStream.ContentType;
        answer.Frames = EventStream.Encode(events, EventForm.Cbor);
    }

    public override void WriteError(WireAnswer answer, ServiceModel? service, AwsException error, string requestId)
    {
        answer.Status = error.StatusCode;
        answer.ContentType = ContentType;
        answer.AddHeader(MarkHeader, Mark);
        QueryErrors.Tell(answer, service, error);
        var space = service is null ? "" : $"com.amazonaws.{service.Name}#";
        var writer = new CborShapeWriter();
        writer.BeginError(space + error.Code, error.Message);
        error.Details?.Write(writer);
        writer.EndError();
        writer.CopyTo(answer.Body);
    }

    public override AwsException NotAuthentic(SignatureException fault) => JsonText.NotAuthentic(fault, 403);

    public override AwsException NotAuthorized(string refusal) => new("AccessDeniedException", refusal, 403);

    public override AwsException UnknownOperation(ServiceModel? service, WireRequest request) =>
        new(
            "UnknownOperationException",
            "No such operation is known. 'estiba coverage' lists those that are.",
            request.Method == "POST" ? 404 : 405
        );

    public override AwsException Unavailable(string message) => new("ServiceUnavailableException", message, 503);

    public override AwsException Internal(string requestId) =>
        new("InternalServiceFault", InternalMessage(requestId), 500);

    public override ClientRequest WriteRequest(ServiceModel service, OperationModel operation, IShape request)
    {
        var writer = new CborShapeWriter();
        request.Write(writer);
        using var body = new PooledBuffer();
        writer.CopyTo(body);
        return new(
            "POST",
            $"{ServicePart}{service.TargetPrefix}{OperationPart}{operation.Name}",
            ContentType,
            [KeyValuePair.Create(MarkHeader, Mark), KeyValuePair.Create("Accept", ContentType)],
            body.Written.ToArray()
        );
    }

    private protected override ShapeReader AnswerReader(OperationModel operation, ClientAnswer answer) =>
        new CborShapeReader(answer.Body);

    public override bool BeginsEvents => true;

    private protected override ShapeReader EventReader(ReadOnlyMemory<byte> payload) => new CborShapeReader(payload);

    private protected override AwsException? ReadError(ClientAnswer answer)
    {
        try
        {
            var (code, message) = new CborShapeReader(answer.Body).ReadError();
            return new AwsException(JsonText.Plain(code ?? "UnknownError"), message ?? "", answer.Status);
        }
        catch (AwsException exception)
        {
            throw new InvalidDataException("The answer is not CBOR.", exception);
        }
    }
}
