using System.Runtime.CompilerServices;
using System.Text.Json;
using Estiba.Contracts.Rest;

namespace Estiba.Contracts.EventStreams;

/// <summary>The events that follow an answer, as a client reads them.</summary>
/// <param name="wire">The messages as they come; disposed with the last event.</param>
/// <param name="bodyReader">Makes the reader of a payload that is a structure.</param>
internal sealed class EventSource(Stream wire, Func<ReadOnlyMemory<byte>, ShapeReader> bodyReader)
{
    private int _readings;

    /// <summary>
    /// Each event that the contract knows, once; what ends the stream with an error is thrown. Whoever stops reading
    /// has ended it: a further reading finds nothing.
    /// </summary>
    /// <exception cref="AwsException">The service has ended the stream with an error.</exception>
    /// <exception cref="HttpRequestException">What has come is no event.</exception>
    public async IAsyncEnumerable<T> ReadAsync<T>([EnumeratorCancellation] CancellationToken cancellation = default)
        where T : IShape<T>
    {
        if (Interlocked.Increment(ref _readings) > 1)
            yield break;
        await using (wire)
        {
            while (await NextAsync(cancellation) is { } frame)
                if (T.Schema.Find(frame.EventType) is >= 0 and var member)
                    yield return T.Read(new EventShapeReader(member, frame, bodyReader));
        }
    }

    private async ValueTask<EventFrame.Received?> NextAsync(CancellationToken cancellation)
    {
        try
        {
            var frame = await EventFrame.ReadAsync(wire, cancellation);
            return frame is null || frame.ErrorCode is null
                ? frame
                : throw new AwsException(frame.ErrorCode, frame.ErrorMessage ?? MessageOf(frame.Payload));
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new HttpRequestException("The events are not what the service's contract says.", exception);
        }
    }

    private static string MessageOf(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            return
                document.RootElement.TryGetProperty("message", out var message)
                && message.ValueKind == JsonValueKind.String
                ? message.GetString()!
                : "";
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return "";
        }
    }

    /// <summary>Reads an event, a union with one member: its name is a header, its value the message.</summary>
    private sealed class EventShapeReader(
        int member,
        EventFrame.Received frame,
        Func<ReadOnlyMemory<byte>, ShapeReader> bodyReader
    )
        : RestShapeReader(
            new HttpParts
            {
                Header = frame.Header,
                Headers = frame.Headers,
                Body = frame.Payload,
            },
            bodyReader,
            AwsException.Serialization
        )
    {
        private StructureSchema? _union;
        private bool _isGiven;

        public override void BeginStructure(StructureSchema schema)
        {
            if (_union is null)
                _union = schema;
            else
                base.BeginStructure(schema);
        }

        public override int NextMember(StructureSchema schema)
        {
            if (schema != _union)
                return base.NextMember(schema);
            if (_isGiven)
                return -1;
            _isGiven = true;
            return member;
        }
    }
}
