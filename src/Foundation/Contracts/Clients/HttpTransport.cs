using Estiba.Contracts.EventStreams;
using Estiba.Contracts.Protocols;
using Estiba.Contracts.Rest;
using Estiba.Contracts.Signing;

namespace Estiba.Contracts;

/// <summary>Carries calls over HTTP, signed. Does not retry: whoever calls knows what may be repeated.</summary>
/// <param name="options">Where to and as whom.</param>
public sealed class HttpTransport(AwsClientOptions options) : ITransport
{
    private readonly RequestSigner _signer = new(options.Time);

    /// <inheritdoc />
    /// <exception cref="HttpRequestException">The service could not be reached or did not speak its
    /// protocol.</exception>
    public async Task<TResponse> SendAsync<TRequest, TResponse>(
        ServiceModel service,
        OperationModel operation,
        TRequest request,
        CallContext context,
        CancellationToken cancellation
    )
        where TRequest : IShape<TRequest>
        where TResponse : IShape<TResponse>
    {
        var protocol = service.Protocols[0];
        var (method, target, contentType, headers, body) = protocol.WriteRequest(service, operation, request);
        using var message = new HttpRequestMessage(
            new HttpMethod(method),
            target == "/" ? EndpointOf(operation) : new Uri(EndpointOf(operation), target)
        );
        if (contentType is not null || !body.IsEmpty)
            message.Content = new ReadOnlyMemoryContent(body);
        if (contentType is not null)
            message.Content!.Headers.TryAddWithoutValidation("Content-Type", contentType);
        foreach (var (name, value) in headers)
            if (!message.Headers.TryAddWithoutValidation(name, value))
                message.Content?.Headers.TryAddWithoutValidation(name, value);
        _signer.Sign(message, body.Span, options.Credentials(), options.Region, service.SigningName);

        var hasEvents = TResponse.Schema.Members.Any(member => member.Location == MemberLocation.Events);
        var response = await options.Http.SendAsync(
            message,
            hasEvents ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead,
            cancellation
        );
        var isOpen = false;
        try
        {
            var events =
                hasEvents && response.Content.Headers.ContentType?.MediaType == EventStream.ContentType
                    ? await response.Content.ReadAsStreamAsync(cancellation)
                    : null;
            var answer = await ReadAsync<TResponse>(service, operation, response, events, cancellation);
            isOpen = events is not null;
            return answer;
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new HttpRequestException("The answer is not what the service's contract says.", exception);
        }
        finally
        {
            // Of an answer with events their stream goes on, which whoever reads them ends.
            if (!isOpen)
                response.Dispose();
        }
    }

    /// <summary>Hosts of AWS have names of their own for some operations; other servers answer all under one.</summary>
    private Uri EndpointOf(OperationModel operation) =>
        operation.HostPrefix is { } prefix && HostLabels.IsAws(options.Endpoint.Host)
            ? new UriBuilder(options.Endpoint) { Host = prefix + options.Endpoint.Host }.Uri
            : options.Endpoint;

    private static async Task<TResponse> ReadAsync<TResponse>(
        ServiceModel service,
        OperationModel operation,
        HttpResponseMessage response,
        Stream? events,
        CancellationToken cancellation
    )
        where TResponse : IShape<TResponse>
    {
        var protocol = service.Protocols[0];
        ReadOnlyMemory<byte> body = default;
        if (events is null)
            body = await response.Content.ReadAsByteArrayAsync(cancellation);
        else if (protocol.BeginsEvents)
            body = await EventFrame.ReadAsync(events, cancellation) is { IsInitialResponse: true } first
                ? first.Payload
                : throw new InvalidDataException("The events do not begin with the answer.");
        var answer = new ClientAnswer(
            (int)response.StatusCode,
            name =>
                response.Headers.NonValidated.TryGetValues(name, out var values)
                || response.Content.Headers.NonValidated.TryGetValues(name, out values)
                    ? values.ToString()
                    : null,
            response
                .Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
                .Select(header => KeyValuePair.Create(header.Key, header.Value.ToString())),
            body,
            events
        );
        return protocol.ReadAnswer<TResponse>(service, operation, answer);
    }
}
