using System.Formats.Cbor;
using System.Text.Json;

namespace Estiba.Contracts.Cbor;

/// <summary>Reads structures from CBOR (RFC 8949), as Smithy's RPC v2 uses it.</summary>
/// <param name="body">One map, or nothing, which is a map without entries.</param>
public sealed class CborShapeReader(ReadOnlyMemory<byte> body) : ShapeReader
{
    /// <summary>No structure of a contract comes near; without an end, a body could take all memory.</summary>
    private const int MostLevels = 64;

    private const int MostIgnored = 16;

    private static readonly byte[] Nothing = [0xA0];

    private readonly CborReader _reader = new(body.IsEmpty ? Nothing : body, CborConformanceMode.Strict);
    private List<string>? _ignored;

    /// <inheritdoc />
    public override IReadOnlyList<string> Ignored => _ignored ?? [];

    /// <inheritdoc />
    public override void BeginStructure(StructureSchema schema) => BeginMap();

    /// <inheritdoc />
    public override int NextMember(StructureSchema schema)
    {
        while (NextKey() is { } name)
        {
            var member = name.Length <= StructureSchema.LongestName ? schema.Find(name) : -1;
            if (member >= 0)
                return member;
            if (_ignored is not { Count: >= MostIgnored })
                (_ignored ??= []).Add($"{schema.Name}.{(name.All(char.IsAsciiLetterOrDigit) ? name : "?")}");
            SkipValue();
        }

        return -1;
    }

    /// <inheritdoc />
    public override string ReadString() => Read("String", static reader => reader.ReadTextString());

    /// <inheritdoc />
    public override int ReadInteger()
    {
        var value = ReadLong();
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw AwsException.Serialization($"Value {value} is outside of the range of an Integer");
    }

    /// <inheritdoc />
    public override long ReadLong() => Read("Long", static reader =>
        {
            if (IsInteger(reader.PeekState()))
                return reader.ReadInt64();
            var value = reader.ReadDouble();
            return value == Math.Truncate(value) && Math.Abs(value) < 9e18
                ? (long)value
                : throw AwsException.Serialization("NUMBER_VALUE cannot be converted to Long");
        });

    /// <inheritdoc />
    public override double ReadDouble()
    {
        var value = Read("Double", Number);
        return double.IsFinite(value)
            ? value
            : throw AwsException.Serialization("NUMBER_VALUE cannot be converted to Double");
    }

    /// <inheritdoc />
    public override bool ReadBoolean() => Read("Boolean", static reader => reader.ReadBoolean());

    /// <inheritdoc />
    public override DateTimeOffset ReadTimestamp() => Timestamps.FromSeconds(Read("Date", static reader =>
            {
                if (reader.PeekState() == CborReaderState.Tag && reader.ReadTag() != CborTag.UnixTimeSeconds)
                    throw AwsException.Serialization("The date is not in a form that is understood, or out of range");
                return Number(reader);
            }));

    /// <inheritdoc />
    public override ReadOnlyMemory<byte> ReadBlob() => Read("Blob", static reader => reader.ReadByteString());

    /// <inheritdoc />
    public override JsonElement ReadDocument() =>
        throw AwsException.Serialization("A document cannot be in a request of this protocol");

    /// <inheritdoc />
    public override void End()
    {
        if (_reader.BytesRemaining > 0)
            throw AwsException.Serialization("Unexpected bytes after the end of the CBOR value");
    }

    /// <summary>The code and the message of an error.</summary>
    internal (string? Code, string? Message) ReadError()
    {
        string? code = null;
        string? message = null;
        BeginMap();
        while (NextKey() is { } key)
        {
            switch (key)
            {
                case "__type":
                    code = ReadString();
                    break;
                case "message" or "Message":
                    message = ReadString();
                    break;
                default:
                    SkipValue();
                    break;
            }
        }

        return (code, message);
    }

    /// <inheritdoc />
    protected internal override void BeginList() =>
        Open("Expected list or null", static reader => reader.ReadStartArray());

    /// <inheritdoc />
    protected internal override bool NextItem() => Read("List", static reader =>
        {
            while (reader.PeekState() == CborReaderState.Null)
                reader.ReadNull();
            if (reader.PeekState() != CborReaderState.EndArray)
                return true;
            reader.ReadEndArray();
            return false;
        });

    /// <inheritdoc />
    protected internal override void BeginMap() =>
        Open("Expected structure or null", static reader => reader.ReadStartMap());

    /// <inheritdoc />
    protected internal override string? NextKey() => Read("Map", static reader =>
        {
            while (reader.PeekState() != CborReaderState.EndMap)
            {
                var key = reader.ReadTextString();
                if (reader.PeekState() != CborReaderState.Null)
                    return key;
                reader.ReadNull();
            }

            reader.ReadEndMap();
            return null;
        });

    /// <inheritdoc />
    internal override void SkipValue() => Read("Value", static reader =>
        {
            var outside = reader.CurrentDepth;
            do SkipToken(reader);
            while (reader.CurrentDepth > outside);
            return 0;
        });

    private static void SkipToken(CborReader reader)
    {
        if (reader.CurrentDepth >= MostLevels)
            throw TooDeep();
        switch (reader.PeekState())
        {
            case CborReaderState.StartArray:
                reader.ReadStartArray();
                break;
            case CborReaderState.EndArray:
                reader.ReadEndArray();
                break;
            case CborReaderState.StartMap:
                reader.ReadStartMap();
                break;
            case CborReaderState.EndMap:
                reader.ReadEndMap();
                break;
            case CborReaderState.Tag:
                // The value of a tag follows at the same level.
                do reader.ReadTag();
                while (reader.PeekState() == CborReaderState.Tag);
                SkipToken(reader);
                break;
            default:
                reader.SkipValue();
                break;
        }
    }

    private static double Number(CborReader reader) =>
        IsInteger(reader.PeekState()) ? reader.ReadInt64() : reader.ReadDouble();

    private static bool IsInteger(CborReaderState state) =>
        state is CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger;

    private void Open(string expected, Func<CborReader, int?> start)
    {
        if (_reader.CurrentDepth >= MostLevels)
            throw TooDeep();
        try
        {
            start(_reader);
        }
        catch (InvalidOperationException)
        {
            throw AwsException.Serialization(expected);
        }
        catch (Exception exception) when (exception is CborContentException or OverflowException)
        {
            throw Malformed();
        }
    }

    private T Read<T>(string wanted, Func<CborReader, T> read)
    {
        try
        {
            return read(_reader);
        }
        catch (InvalidOperationException)
        {
            throw AwsException.Serialization($"{NameOf(_reader)} cannot be converted to {wanted}");
        }
        catch (Exception exception) when (exception is CborContentException or OverflowException or FormatException)
        {
            throw Malformed();
        }
    }

    private static string NameOf(CborReader reader)
    {
        try
        {
            return reader.PeekState() switch
            {
                CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString => "STRING_VALUE",
                CborReaderState.UnsignedInteger
                or CborReaderState.NegativeInteger
                or CborReaderState.HalfPrecisionFloat
                or CborReaderState.SinglePrecisionFloat
                or CborReaderState.DoublePrecisionFloat => "NUMBER_VALUE",
                CborReaderState.Boolean => "BOOLEAN_VALUE",
                CborReaderState.StartArray => "LIST_VALUE",
                CborReaderState.StartMap => "MAP_VALUE",
                CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString => "BLOB_VALUE",
                _ => "The value",
            };
        }
        catch (CborContentException)
        {
            throw Malformed();
        }
    }

    private static AwsException Malformed() => AwsException.Serialization("The body is not valid CBOR");

    private static AwsException TooDeep() =>
        AwsException.Serialization($"The body is nested more than {MostLevels} levels deep");
}
