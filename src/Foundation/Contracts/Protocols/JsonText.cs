using System.Buffers;
using System.Text.Json;
using Estiba.Contracts.Signing;

namespace Estiba.Contracts.Protocols;

/// <summary>What the protocols that speak JSON have in common.</summary>
internal static class JsonText
{
    private static readonly byte[] Nothing = "{}"u8.ToArray();

    internal static JsonShapeReader Reader(ReadOnlyMemory<byte> body) => new(body.IsEmpty ? Nothing : body);

    /// <summary>Writes a structure; gives the events that follow it, or null.</summary>
    internal static IAsyncEnumerable<IShape>? Write(IBufferWriter<byte> output, IShape shape)
    {
        using var json = new Utf8JsonWriter(output, ShapeJson.Options);
        var writer = new JsonShapeWriter(json);
        shape.Write(writer);
        return writer.FollowingEvents;
    }

    internal static void WriteError(IBufferWriter<byte> output, AwsException error, string? codeName)
    {
        using var json = new Utf8JsonWriter(output, ShapeJson.Options);
        json.WriteStartObject();
        if (codeName is not null)
            json.WriteString(codeName, error.Code);
        json.WriteString("message"u8, error.Message);
        error.Details?.Write(new JsonShapeWriter(json, inside: true));
        json.WriteEndObject();
    }

    internal static AwsException NotAuthentic(SignatureException fault, int status) =>
        new(
            fault.Fault switch
            {
                SignatureFault.Missing => "MissingAuthenticationTokenException",
                SignatureFault.Incomplete => "IncompleteSignatureException",
                SignatureFault.UnknownCredentials => "UnrecognizedClientException",
                SignatureFault.ExpiredCredentials => "ExpiredTokenException",
                _ => "InvalidSignatureException",
            },
            fault.Message,
            status
        );

    /// <exception cref="InvalidDataException">It is not JSON.</exception>
    internal static AwsException ReadError(ClientAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body.IsEmpty ? Nothing : answer.Body);
            var root = document.RootElement;
            var code = answer.Header("x-amzn-ErrorType") ?? Text(root, "__type") ?? Text(root, "code");
            return new AwsException(
                Plain(code ?? "UnknownError"),
                Text(root, "message") ?? Text(root, "Message") ?? "",
                answer.Status
            );
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException("The answer is not JSON.", exception);
        }
    }

    /// <summary>A code without what stands around it: <c>com.amazonaws.sqs#QueueDoesNotExist:http://...</c>.</summary>
    internal static string Plain(string code)
    {
        code = code[(code.LastIndexOf('#') + 1)..];
        return code.IndexOf(':', StringComparison.Ordinal) is var end and >= 0 ? code[..end] : code;
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
