using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Estiba.Contracts.Signing;

namespace Estiba.Contracts;

/// <summary>Calls the operations of one service over HTTP. Does not retry: whoever calls knows what may be repeated.</summary>
/// <param name="service">The service's facts.</param>
/// <param name="options">Where to and as whom.</param>
public abstract class AwsClient(ServiceModel service, AwsClientOptions options)
{
    private readonly RequestSigner _signer = new(options.Time);

    /// <summary>Sends one request and reads its answer.</summary>
    /// <exception cref="AwsException">The service answered with an error.</exception>
    /// <exception cref="HttpRequestException">The service could not be reached or did not speak its protocol.</exception>
    protected async Task<TResponse> SendAsync<TRequest, TResponse>(OperationModel operation, TRequest request, CallContext context, CancellationToken cancellation)
        where TRequest : IShape<TRequest>
        where TResponse : IShape<TResponse>
    {
        var body = Body(operation, request);
        using var message = new HttpRequestMessage(HttpMethod.Post, options.Endpoint) { Content = new ReadOnlyMemoryContent(body) };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", service.Protocol == ProtocolKind.Json ? "application/x-amz-json-1.1" : "application/x-www-form-urlencoded; charset=utf-8");
        if (service.Protocol == ProtocolKind.Json) message.Headers.TryAddWithoutValidation("X-Amz-Target", $"{service.TargetPrefix}.{operation.Name}");
        _signer.Sign(message, body.Span, options.Credentials(), options.Region, service.SigningName);

        using var response = await options.Http.SendAsync(message, cancellation);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellation);
        if (!response.IsSuccessStatusCode) throw Error((int)response.StatusCode, answer);
        if (service.Protocol == ProtocolKind.Json) return ShapeJson.Parse<TResponse>(answer.Length == 0 ? "{}"u8.ToArray() : answer);
        return TResponse.Read(new XmlShapeReader(Result(operation, answer)));
    }

    private ReadOnlyMemory<byte> Body(OperationModel operation, IShape request)
    {
        if (service.Protocol == ProtocolKind.Json)
        {
            var buffer = new ArrayBufferWriter<byte>();
            ShapeJson.Write(request, buffer);
            return buffer.WrittenMemory;
        }

        var form = new List<KeyValuePair<string, string>> { new("Action", operation.Name), new("Version", service.ApiVersion) };
        request.Write(new FormShapeWriter(form, service.Protocol == ProtocolKind.Ec2));
        return Encoding.UTF8.GetBytes(string.Join('&', form.Select(field => $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}")));
    }

    private static XElement Result(OperationModel operation, byte[] answer)
    {
        var root = Document(answer);
        return operation.ResultWrapper is { } wrapper ? root.Elements().FirstOrDefault(element => element.Name.LocalName == wrapper) ?? root : root;
    }

    private AwsException Error(int status, byte[] answer)
    {
        try
        {
            return service.Protocol == ProtocolKind.Json ? JsonError(status, answer) : XmlError(status, answer);
        }
        catch (Exception exception) when (exception is JsonException or XmlException or HttpRequestException)
        {
            return new AwsException("UnknownError", $"{service.ServiceId} answered with status {status} and a body that is not an AWS error.", status);
        }
    }

    private static AwsException JsonError(int status, byte[] answer)
    {
        using var document = JsonDocument.Parse(answer);
        var code = Text("__type") ?? Text("code") ?? "UnknownError";
        return new AwsException(code[(code.LastIndexOf('#') + 1)..], Text("message") ?? Text("Message") ?? "", status);

        string? Text(string name) => document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static AwsException XmlError(int status, byte[] answer)
    {
        var error = Document(answer).DescendantsAndSelf().FirstOrDefault(element => element.Name.LocalName == "Error");
        return new AwsException(Text("Code") ?? "UnknownError", Text("Message") ?? "", status);

        string? Text(string name) => error?.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
    }

    private static XElement Document(byte[] answer)
    {
        try
        {
            return XElement.Load(new MemoryStream(answer));
        }
        catch (XmlException exception)
        {
            throw new HttpRequestException("The answer is not XML.", exception);
        }
    }
}
