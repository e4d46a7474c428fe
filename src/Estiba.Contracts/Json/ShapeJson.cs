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
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

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
    /// <exception cref="AwsException"><c>SerializationException</c>: it is not JSON, or a value has the wrong type.</exception>
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
    internal static string Describe(IShape shape)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options)) shape.Write(new JsonShapeWriter(json, redact: true));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

/// <summary>Lets System.Text.Json keep structures inside other records.</summary>
public sealed class ShapeJsonConverter<T> : JsonConverter<T>
    where T : IShape<T>
{
    /// <inheritdoc />
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return T.Read(new JsonShapeReader(JsonMarshal.GetRawUtf8Value(document.RootElement).ToArray()));
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => value.Write(new JsonShapeWriter(writer));
}
