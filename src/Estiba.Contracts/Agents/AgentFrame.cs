using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Estiba.Contracts;

/// <summary>The frames of an agent's web sockets: <c>{"type":"PayloadMessage","message":{...}}</c>.</summary>
public static class AgentFrame
{
    /// <summary>A frame with the message, whose type is its structure's name.</summary>
    public static byte[] Encode<T>(T message)
        where T : IShape<T>
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteString("type", T.Schema.Name);
            json.WritePropertyName("message");
            message.Write(new JsonShapeWriter(json));
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Splits a frame into the name of its message's structure and the message itself, for <see cref="ShapeJson.Parse{T}(ReadOnlyMemory{byte})"/>.</summary>
    /// <remarks>A telemetry frame has HTTP headers in front of the JSON; they are in <paramref name="frame"/> but not in the message.</remarks>
    /// <exception cref="AwsException"><c>SerializationException</c>: it is not such a frame.</exception>
    public static (string Type, ReadOnlyMemory<byte> Message) Decode(ReadOnlyMemory<byte> frame)
    {
        var start = frame.Span.IndexOf((byte)'{');
        if (start < 0) throw AwsException.Serialization("The frame has no message");
        try
        {
            using var document = JsonDocument.Parse(frame[start..]);
            return (document.RootElement.GetProperty("type").GetString() ?? "", Encoding.UTF8.GetBytes(document.RootElement.GetProperty("message").GetRawText()));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw AwsException.Serialization("The frame is not {\"type\":...,\"message\":{...}}");
        }
    }
}
