using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Xml;
using Estiba.Contracts.Cbor;
using Estiba.Contracts.Protocols;

namespace Estiba.Contracts.EventStreams;

/// <summary>What the payloads of events are, in one protocol.</summary>
/// <param name="ContentType">The content type.</param>
/// <param name="Begin">Begins a payload: gives its writer, and what ends it.</param>
internal sealed record EventForm(string ContentType, Func<PooledBuffer, string, (ShapeWriter Writer, Action End)> Begin)
{
    public static readonly EventForm Json = new("application/json", static (output, _) =>
    {
        var json = new Utf8JsonWriter(output, ShapeJson.Options);
        return (new JsonShapeWriter(json), json.Dispose);
    });

    public static readonly EventForm Cbor = new("application/cbor", static (output, _) =>
    {
        var writer = new CborShapeWriter();
        return (writer, () => writer.CopyTo(output));
    });

    public static readonly EventForm Xml = new("text/xml", static (output, name) =>
    {
        var text = new MemoryStream();
        var xml = XmlWriter.Create(text, new XmlWriterSettings { Encoding = new UTF8Encoding(false) });
        xml.WriteStartElement(name);
        return (new XmlShapeWriter(xml), () =>
        {
            xml.WriteEndElement();
            xml.Dispose();
            output.Write(text.ToArray());
        });
    });
}

/// <summary>The events of an answer as they are on the wire.</summary>
internal static class EventStream
{
    public const string ContentType = "application/vnd.amazon.eventstream";

    /// <summary>Each event as a message; an error of the service becomes the last one.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> Encode(
        IAsyncEnumerable<IShape> events,
        EventForm form,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        await using var source = events.GetAsyncEnumerator(cancellation);
        while (true)
        {
            byte[]? frame;
            bool isLast;
            try
            {
                isLast = !await source.MoveNextAsync();
                frame = isLast ? null : Frame(source.Current, form);
            }
            catch (AwsException error)
            {
                (isLast, frame) = (true, Frame(error));
            }

            if (frame is not null)
                yield return frame;
            if (isLast)
                yield break;
        }
    }

    private static byte[] Frame(IShape union, EventForm form)
    {
        using var payload = new PooledBuffer();
        var writer = new EventShapeWriter(payload, form);
        union.Write(writer);
        using var frame = new PooledBuffer();
        EventFrame.Write(frame, writer.Headers, payload.Written.Span);
        return frame.Written.ToArray();
    }

    private static byte[] Frame(AwsException error)
    {
        using var payload = new PooledBuffer();
        JsonText.WriteError(payload, error, codeName: null);
        using var frame = new PooledBuffer();
        EventFrame.Write(frame, EventFrame.Exception(error.Code, EventForm.Json.ContentType), payload.Written.Span);
        return frame.Written.ToArray();
    }
}
