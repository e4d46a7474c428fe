using Estiba.Contracts.EventStreams;
using Estiba.Contracts.Signing;

namespace Estiba.Contracts.Protocols;

/// <summary>AWS JSON 1.0 and 1.1: every error of a client, the wrong signature too, has status 400.</summary>
/// <param name="version">The version in content types.</param>
internal sealed class JsonProtocol(string version) : Protocol
{
    private const string TargetHeader = "X-Amz-Target";

    private readonly string _contentType = "application/x-amz-json-" + version;

    public override string Name => "json";

    public override string ContentType => _contentType;

    public override OperationNaming Naming => OperationNaming.Head;

    public override bool IsSpoken(WireRequest request) =>
        request.Path.Length <= 1
            ? request.Header(TargetHeader) is { Length: > 0 }
                || request
                    .Header("Content-Type")
                    ?.StartsWith("application/x-amz-json", StringComparison.OrdinalIgnoreCase) == true
            : ResourcePath.Is(request.Path) && request.Header(TargetHeader) is { Length: > 0 };

    public override string? NameOf(ServiceModel service) => service.TargetPrefix;

    public override string? ServiceOf(WireRequest request) =>
        request.Header(TargetHeader) is { } target ? target[..Math.Max(0, target.LastIndexOf('.'))] : null;

    public override string? OperationOf(ServiceModel service, WireRequest request) =>
        request.Header(TargetHeader) is { } target ? target[(target.LastIndexOf('.') + 1)..] : null;

    public override ShapeReader Reader(ServiceModel service, WireRequest request) => JsonText.Reader(request.Body);

    public override void WriteAnswer(
        WireAnswer answer,
        ServiceModel service,
        OperationModel operation,
        IShape shape,
        string requestId
    )
    {
        answer.ContentType = _contentType;
        if (!operation.HasOutput)
            return;
        if (JsonText.Write(answer.Body, shape) is not { } events)
            return;

        var first = answer.Body.Written.ToArray();
        answer.Body.Clear();
        EventFrame.Write(answer.Body, EventFrame.InitialResponse(_contentType), first);
        answer.ContentType = EventStream.ContentType;
        answer.Frames = EventStream.Encode(events, EventForm.Json);
    }

    public override void WriteError(WireAnswer answer, ServiceModel? service, AwsException error, string requestId)
    {
        answer.Status = error.StatusCode;
        answer.ContentType = _contentType;
        QueryErrors.Tell(answer, service, error);
        JsonText.WriteError(answer.Body, error, "__type");
    }

    public override AwsException NotAuthentic(SignatureException fault) => JsonText.NotAuthentic(fault, 400);

    public override AwsException NotAuthorized(string refusal) => new("AccessDeniedException", refusal);

    public override AwsException UnknownOperation(ServiceModel? service, WireRequest request) =>
        request.Method == "POST"
            ? new(
                "UnknownOperationException",
                $"The operation {request.Header(TargetHeader)} is not known. 'estiba coverage' lists those that are."
            )
            : new("UnknownOperationException", $"Operations are called with POST, not with {request.Method}.", 405);

    private protected override string TimeoutCode => "RequestTimeoutException";

    public override AwsException Unavailable(string message) => new("ServiceUnavailableException", message, 503);

    public override AwsException Internal(string requestId) => new("ServerException", InternalMessage(requestId), 500);

    public override ClientRequest WriteRequest(ServiceModel service, OperationModel operation, IShape request) =>
        new(
            "POST",
            "/",
            _contentType,
            [KeyValuePair.Create(TargetHeader, $"{service.TargetPrefix}.{operation.Name}")],
            ShapeJson.ToUtf8(request)
        );

    private protected override ShapeReader AnswerReader(OperationModel operation, ClientAnswer answer) =>
        JsonText.Reader(answer.Body);

    public override bool BeginsEvents => true;

    private protected override ShapeReader EventReader(ReadOnlyMemory<byte> payload) => JsonText.Reader(payload);

    private protected override AwsException? ReadError(ClientAnswer answer) => JsonText.ReadError(answer);
}
