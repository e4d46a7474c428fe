using System.Text.Json;
using Estiba.Contracts.EventStreams;
using Estiba.Contracts.Rest;
using Estiba.Contracts.Signing;

namespace Estiba.Contracts.Protocols;

/// <summary>REST with JSON ("AWS restJson1 protocol"): the code of an error is a header.</summary>
internal sealed class RestJsonProtocol : RestProtocol
{
    private const string ErrorHeader = "x-amzn-ErrorType";

    public override string Name => "rest-json";

    public override string ContentType => "application/json";

    private protected override EventForm Events => EventForm.Json;

    private protected override ShapeReader BodyReader(ReadOnlyMemory<byte> body) => new JsonShapeReader(body);

    private protected override void WriteMembers(
        HttpMembers members,
        PooledBuffer body,
        IShape shape,
        Func<StructureSchema, XmlRoot> root
    )
    {
        using var json = new Utf8JsonWriter(body, ShapeJson.Options);
        shape.Write(new RestShapeWriter(members, body, (_, _) => (new JsonShapeWriter(json), json.Flush)));
    }

    public override void WriteError(WireAnswer answer, ServiceModel? service, AwsException error, string requestId)
    {
        answer.Status = error.StatusCode;
        answer.ContentType = ContentType;
        answer.AddHeader(ErrorHeader, error.Code);
        JsonText.WriteError(answer.Body, error, codeName: null);
    }

    public override AwsException NotAuthentic(SignatureException fault) => JsonText.NotAuthentic(fault, 403);

    public override AwsException NotAuthorized(string refusal) => new("AccessDeniedException", refusal, 403);

    public override AwsException UnknownOperation(ServiceModel? service, WireRequest request) =>
        new(
            "UnknownOperationException",
            $"No operation{Of(service)} is at this path with the method {request.Method}. "
                + "'estiba coverage' lists those that are known.",
            404
        );

    public override AwsException Unavailable(string message) => new("ServiceUnavailableException", message, 503);

    public override AwsException Internal(string requestId) =>
        new("InternalServerException", InternalMessage(requestId), 500);

    private protected override AwsException Malformed(string message) => AwsException.Serialization(message);

    private protected override AwsException? ReadError(ClientAnswer answer) => JsonText.ReadError(answer);

    private static string Of(ServiceModel? service) => service is null ? "" : $" of {service.ServiceId}";
}
