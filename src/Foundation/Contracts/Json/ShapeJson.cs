using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Estiba.Contracts;

/// <summary>Structures to JSON and back.</summary>
public static class ShapeJson
{
    // AWS's services escape only what JSON requires.
    internal static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>The structure as UTF-8 JSON.</summary>
    public static byte[] ToUtf8(IShape shape)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(shape, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The structure as JSON text.</summary>
    public static string ToText(IShape shape) => Encoding.UTF8.GetString(ToUtf8(shape));

    /// <summary>Writes the structure as UTF-8 JSON.</summary>
    public static void Write(IShape shape, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, Options);
        shape.Write(new JsonShapeWriter(json));
    }

    /// <summary>Reads a structure from UTF-8 JSON.</summary>
    /// <exception cref="AwsException"><c>SerializationException</c>: it is not JSON, or a value has the wrong
    /// type.</exception>
    public static T Parse<T>(ReadOnlyMemory<byte> json)
        where T : IShape<T>
    {
        var reader = new JsonShapeReader(json);
        var shape = T.Read(reader);
        reader.End();
        return shape;
    }

    /// <inheritdoc cref="Parse{T}(ReadOnlyMemory{byte})"/>
    public static T Parse<T>(string json)
        where T : IShape<T> => Parse<T>(Encoding.UTF8.GetBytes(json));

    /// <summary>The structure as JSON with stars in place of what is sensitive: for logs and test failures.</summary>
    public static string Describe(IShape shape)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
            shape.Write(new JsonShapeWriter(json, redact: true));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

/// <summary>Lets System.Text.Json keep structures inside other records.</summary>
public sealed class ShapeJsonConverter<T> : JsonConverter<T>
    where T : IShape<T>
{
    /// <inheritdoc />
    /// <exception cref="JsonException">A value has the wrong type. The exception's place is within the value, so that
    /// whoever keeps the record can read the rest of it.</exception>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var start = reader.TokenStartIndex;
        using var document = JsonDocument.ParseValue(ref reader);
        var shape = new JsonShapeReader(JsonMarshal.GetRawUtf8Value(document.RootElement).ToArray());
        try
        {
            return T.Read(shape);
        }
        catch (AwsException mismatch)
        {
            // With a path, because the serializer writes its own place over one without.
            throw new JsonException(mismatch.Message, path: "$", 0, start + shape.Position + 1, mismatch);
        }
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        value.Write(new JsonShapeWriter(writer));
}
