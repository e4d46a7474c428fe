using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Estiba.Contracts;

/// <summary>The frames of an agent's web sockets: <c>{"type":"PayloadMessage","message":{...}}</c>.</summary>
public static class AgentFrame
{
    private const int UsualLength = 4096;

    /// <summary>A frame with the message, whose type is its structure's name.</summary>
    public static byte[] Encode<T>(T message)
        where T : IShape<T>
    {
        var buffer = new ArrayBufferWriter<byte>(UsualLength);
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

    /// <summary>
    /// Splits a frame into the name of its message's structure and the message itself, for
    /// <see cref="ShapeJson.Parse{T}(ReadOnlyMemory{byte})"/>.
    /// </summary>
    /// <remarks>
    /// A telemetry frame has HTTP headers in front of the JSON; they are in <paramref name="frame"/> but not in the
    /// message.
    /// </remarks>
    /// <exception cref="AwsException"><c>SerializationException</c>: it is not such a frame.</exception>
    public static (string Type, ReadOnlyMemory<byte> Message) Decode(ReadOnlyMemory<byte> frame)
    {
        var start = frame.Span.IndexOf((byte)'{');
        if (start < 0)
            throw AwsException.Serialization("The frame has no message");
        try
        {
            using var document = JsonDocument.Parse(frame[start..]);
            return (
                document.RootElement.GetProperty("type").GetString() ?? "",
                MessageOf(document.RootElement.GetProperty("message"))
            );
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw AwsException.Serialization("The frame is not {\"type\":...,\"message\":{...}}");
        }
    }

    // Amazon's agent reads names in any case, and some of its versions write them as its code has them, with a capital.
    private static byte[] MessageOf(JsonElement message)
    {
        if (
            message.ValueKind != JsonValueKind.Object
            || !message.EnumerateObject().Any(member => IsCapitalised(member.Name))
        )
            return Encoding.UTF8.GetBytes(message.GetRawText());

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            WriteUncapitalised(json, message);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteUncapitalised(Utf8JsonWriter json, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    json.WritePropertyName(
                        IsCapitalised(member.Name)
                            ? char.ToLowerInvariant(member.Name[0]) + member.Name[1..]
                            : member.Name
                    );
                    WriteUncapitalised(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    WriteUncapitalised(json, item);
                json.WriteEndArray();
                break;
            default:
                element.WriteTo(json);
                break;
        }
    }

    private static bool IsCapitalised(string name) => name.Length > 0 && char.IsAsciiLetterUpper(name[0]);
}
