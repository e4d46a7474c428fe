using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Estiba.Contracts;

/// <summary>Reads structures from JSON, in one pass over the text.</summary>
/// <param name="json">One JSON value; it must stay unchanged until the reading is done.</param>
/// <remarks>The words of the errors are those of AWS's JSON services (<c>SerializationException</c>).</remarks>
public sealed class JsonShapeReader(ReadOnlyMemory<byte> json) : ShapeReader
{
    private static readonly SearchValues<byte> Letters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8
    );

    private const int MostIgnored = 16;

    private JsonReaderState _state;
    private int _offset;
    private List<string>? _ignored;

    /// <summary>The first members that were there and not in the contract, with their structures' names.</summary>
    /// <remarks>AWS's JSON services ignore such members too.</remarks>
    public override IReadOnlyList<string> Ignored => _ignored ?? [];

    /// <summary>How many bytes were read: after a mismatch, where the value that does not match begins.</summary>
    internal int Position => _offset;

    /// <inheritdoc />
    public override void BeginStructure(StructureSchema schema) => Expect(JsonTokenType.StartObject);

    /// <inheritdoc />
    public override int NextMember(StructureSchema schema)
    {
        var reader = Reader();
        while (true)
        {
            Read(ref reader);
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                Advance(ref reader);
                return -1;
            }

            var member = reader.ValueIsEscaped ? schema.Find(Text(ref reader)) : schema.Find(reader.ValueSpan);
            var value = reader;
            Read(ref value);
            if (member >= 0 && value.TokenType != JsonTokenType.Null)
            {
                Advance(ref reader);
                return member;
            }

            if (member < 0)
                Ignore(schema, ref reader);
            Skip(ref value);
            reader = value;
        }
    }

    /// <inheritdoc />
    public override string ReadString()
    {
        var reader = Next();
        var text =
            reader.TokenType == JsonTokenType.String ? Text(ref reader) : throw Mismatch(reader.TokenType, "String");
        Advance(ref reader);
        return text;
    }

    /// <inheritdoc />
    public override int ReadInteger()
    {
        var value = NextLong(out var reader);
        if (value is < int.MinValue or > int.MaxValue)
            throw AwsException.Serialization($"Value {value} is outside of the range of an Integer");
        Advance(ref reader);
        return (int)value;
    }

    /// <inheritdoc />
    public override long ReadLong()
    {
        var value = NextLong(out var reader);
        Advance(ref reader);
        return value;
    }

    /// <inheritdoc />
    public override double ReadDouble()
    {
        var reader = Next();
        var value =
            reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : throw Mismatch(reader.TokenType, "Double");
        if (!double.IsFinite(value))
            throw AwsException.Serialization("NUMBER_VALUE cannot be converted to Double");
        Advance(ref reader);
        return value;
    }

    /// <inheritdoc />
    public override bool ReadBoolean()
    {
        var reader = Next();
        if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
            throw Mismatch(reader.TokenType, "Boolean");
        var value = reader.TokenType == JsonTokenType.True;
        Advance(ref reader);
        return value;
    }

    /// <inheritdoc />
    public override DateTimeOffset ReadTimestamp()
    {
        var reader = Next();
        var value = reader.TokenType switch
        {
            JsonTokenType.Number => Timestamps.FromSeconds(reader.GetDouble()),
            JsonTokenType.String => Timestamps.Parse(Text(ref reader)),
            var other => throw Mismatch(other, "Date"),
        };
        Advance(ref reader);
        return value;
    }

    /// <inheritdoc />
    public override ReadOnlyMemory<byte> ReadBlob()
    {
        var reader = Next();
        if (reader.TokenType != JsonTokenType.String)
            throw Mismatch(reader.TokenType, "Blob");
        try
        {
            if (!reader.TryGetBytesFromBase64(out var value))
                throw NotBase64();
            Advance(ref reader);
            return value;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, which is no text either.
            throw NotBase64();
        }
    }

    /// <inheritdoc />
    public override JsonElement ReadDocument()
    {
        var reader = Reader();
        try
        {
            using var document = JsonDocument.ParseValue(ref reader);
            EmbeddedJson.CheckTexts(JsonMarshal.GetRawUtf8Value(document.RootElement));
            Advance(ref reader);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw Malformed(exception);
        }
    }

    /// <summary>Makes sure that nothing but white space follows what was read.</summary>
    /// <exception cref="AwsException"><c>SerializationException</c>.</exception>
    public override void End()
    {
        var rest = json.Span[_offset..].Trim(" \t\r\n"u8);
        if (rest.Length > 0)
            throw AwsException.Serialization("Unexpected text after the end of the JSON value");
    }

    /// <inheritdoc />
    protected internal override void BeginList() => Expect(JsonTokenType.StartArray);

    /// <inheritdoc />
    protected internal override bool NextItem()
    {
        var reader = Reader();
        while (true)
        {
            var before = reader;
            Read(ref reader);
            switch (reader.TokenType)
            {
                case JsonTokenType.EndArray:
                    Advance(ref reader);
                    return false;
                case JsonTokenType.Null:
                    continue;
                default:
                    Advance(ref before);
                    return true;
            }
        }
    }

    /// <inheritdoc />
    protected internal override void BeginMap() => Expect(JsonTokenType.StartObject);

    /// <inheritdoc />
    protected internal override string? NextKey()
    {
        var reader = Reader();
        while (true)
        {
            Read(ref reader);
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                Advance(ref reader);
                return null;
            }

            var key = Text(ref reader);
            var value = reader;
            Read(ref value);
            if (value.TokenType != JsonTokenType.Null)
            {
                Advance(ref reader);
                return key;
            }

            reader = value;
        }
    }

    // A name that could not be one is not worth repeating.
    private void Ignore(StructureSchema schema, ref Utf8JsonReader reader)
    {
        if (_ignored is { Count: >= MostIgnored })
            return;
        var isName =
            !reader.ValueIsEscaped
            && reader.ValueSpan.Length <= StructureSchema.LongestName
            && reader.ValueSpan.IndexOfAnyExcept(Letters) < 0;
        (_ignored ??= []).Add($"{schema.Name}.{(isName ? Text(ref reader) : "?")}");
    }

    private long NextLong(out Utf8JsonReader reader)
    {
        reader = Next();
        if (reader.TokenType != JsonTokenType.Number)
            throw Mismatch(reader.TokenType, "Long");
        return reader.TryGetInt64(out var value) ? value : Whole(reader.GetDouble());
    }

    private static long Whole(double value) =>
        value == Math.Truncate(value) && Math.Abs(value) < 9e18
            ? (long)value
            : throw AwsException.Serialization("NUMBER_VALUE cannot be converted to Long");

    private static AwsException NotBase64() => AwsException.Serialization("The value is not valid Base64");

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw AwsException.Serialization("The text is not valid UTF-8");
        }
    }

    private static void Read(ref Utf8JsonReader reader)
    {
        try
        {
            if (!reader.Read())
                throw AwsException.Serialization("Unexpected end of the JSON value");
        }
        catch (JsonException exception)
        {
            throw Malformed(exception);
        }
    }

    private static void Skip(ref Utf8JsonReader reader)
    {
        try
        {
            reader.Skip();
        }
        catch (JsonException exception)
        {
            throw Malformed(exception);
        }
    }

    private static AwsException Malformed(JsonException exception) =>
        AwsException.Serialization(
            $"The body is not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}"
        );

    private static AwsException Mismatch(JsonTokenType found, string wanted) =>
        AwsException.Serialization(
            found switch
            {
                JsonTokenType.StartArray => "Start of list found where not expected",
                JsonTokenType.StartObject => "Start of structure or map found where not expected.",
                JsonTokenType.String => $"STRING_VALUE cannot be converted to {wanted}",
                JsonTokenType.Number => $"NUMBER_VALUE cannot be converted to {wanted}",
                JsonTokenType.True => $"TRUE_VALUE cannot be converted to {wanted}",
                JsonTokenType.False => $"FALSE_VALUE cannot be converted to {wanted}",
                _ => "Unexpected token where a value was expected",
            }
        );

    private void Expect(JsonTokenType token)
    {
        var reader = Next();
        if (reader.TokenType != token)
        {
            throw reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject
                ? Mismatch(reader.TokenType, "")
                : AwsException.Serialization(
                    token == JsonTokenType.StartArray ? "Expected list or null" : "Expected structure or null"
                );
        }

        Advance(ref reader);
    }

    private Utf8JsonReader Reader() => new(json.Span[_offset..], isFinalBlock: true, _state);

    private Utf8JsonReader Next()
    {
        var reader = Reader();
        Read(ref reader);
        return reader;
    }

    private void Advance(ref Utf8JsonReader reader)
    {
        _offset += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
    }
}
