using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Signing;

namespace Estiba.Gateway.Protocols;

/// <summary>AWS JSON 1.1: every error of a client, the wrong signature too, has status 400.</summary>
internal sealed class JsonProtocol : WireProtocol
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public override string ContentType => "application/x-amz-json-1.1";

    public override void WriteAnswer(IBufferWriter<byte> output, ServiceModel service, OperationModel operation, IShape answer, string requestId)
    {
        if (operation.HasOutput) ShapeJson.Write(answer, output);
    }

    public override void WriteError(IBufferWriter<byte> output, ServiceModel? service, AwsException error, string requestId)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("__type"u8, error.Code);
        json.WriteString("message"u8, error.Message);
        error.Details?.Write(new JsonShapeWriter(json, inside: true));
        json.WriteEndObject();
    }

    public override AwsException NotAuthentic(SignatureException fault) => new(
        fault.Fault switch
        {
            SignatureFault.Missing => "MissingAuthenticationTokenException",
            SignatureFault.Incomplete => "IncompleteSignatureException",
            SignatureFault.UnknownCredentials => "UnrecognizedClientException",
            SignatureFault.ExpiredCredentials => "ExpiredTokenException",
            _ => "InvalidSignatureException",
        },
        fault.Message);

    public override AwsException NotAuthorized(string principalArn, string action) =>
        new("AccessDeniedException", $"User: {principalArn} is not authorized to perform: {action} on resource: * because no identity-based policy allows the {action} action");

    public override AwsException UnknownOperation(string? operation, string? version) =>
        new("UnknownOperationException", $"The operation {operation} is not known. 'estiba coverage' lists those that are.");

    public override AwsException Unavailable(string message) => new("ServiceUnavailableException", message, 503);

    public override AwsException Internal(string requestId) => new("ServerException", InternalMessage(requestId), 500);
}
