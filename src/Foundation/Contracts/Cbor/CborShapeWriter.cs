using System.Buffers;
using System.Formats.Cbor;
using System.Text.Json;

namespace Estiba.Contracts.Cbor;

/// <summary>Writes structures as CBOR (RFC 8949), as Smithy's RPC v2 uses it.</summary>
public sealed class CborShapeWriter : ShapeWriter
{
    private readonly CborWriter _writer = new(CborConformanceMode.Lax);
    private int _depth = 1;

    /// <summary>The events that follow what is written; null for none.</summary>
    public IAsyncEnumerable<IShape>? FollowingEvents { get; private set; }

    /// <summary>Copies what was written, which must be complete.</summary>
    public void CopyTo(IBufferWriter<byte> output)
    {
        var length = _writer.BytesWritten;
        _writer.Encode(output.GetSpan(length));
        output.Advance(length);
    }

    /// <inheritdoc />
    public override void BeginStructure(StructureSchema schema)
    {
        if (_depth++ > 0)
            _writer.WriteStartMap(null);
    }

    /// <inheritdoc />
    public override void EndStructure()
    {
        if (--_depth > 0)
            _writer.WriteEndMap();
    }

    /// <inheritdoc />
    public override void Member(MemberSchema member)
    {
        if (member.Location != MemberLocation.Events)
            _writer.WriteTextString(member.JsonName);
    }

    /// <inheritdoc />
    public override void String(string value) => _writer.WriteTextString(value);

    /// <inheritdoc />
    public override void Long(long value) => _writer.WriteInt64(value);

    /// <inheritdoc />
    public override void Double(double value) => _writer.WriteDouble(value);

    /// <inheritdoc />
    public override void Boolean(bool value) => _writer.WriteBoolean(value);

    /// <inheritdoc />
    public override void Timestamp(DateTimeOffset value)
    {
        _writer.WriteTag(CborTag.UnixTimeSeconds);
        _writer.WriteDouble((double)Timestamps.Seconds(value));
    }

    /// <inheritdoc />
    public override void Blob(ReadOnlyMemory<byte> value) => _writer.WriteByteString(value.Span);

    /// <inheritdoc />
    public override void Document(JsonElement value) =>
        throw new InvalidOperationException("This protocol has no documents.");

    /// <inheritdoc />
    public override void Events(IAsyncEnumerable<IShape> events) => FollowingEvents = events;

    /// <summary>Opens an error, whose details may follow as a structure's members.</summary>
    internal void BeginError(string code, string message)
    {
        _writer.WriteStartMap(null);
        _writer.WriteTextString("__type");
        String(code);
        _writer.WriteTextString("message");
        String(message);
        _depth = 0;
    }

    /// <summary>Closes the error.</summary>
    internal void EndError() => _writer.WriteEndMap();

    /// <inheritdoc />
    protected internal override void BeginList() => _writer.WriteStartArray(null);

    /// <inheritdoc />
    protected internal override void Item(int index) { }

    /// <inheritdoc />
    protected internal override void EndList() => _writer.WriteEndArray();

    /// <inheritdoc />
    protected internal override void BeginMap() => _writer.WriteStartMap(null);

    /// <inheritdoc />
    protected internal override void Key(int index, string key) => _writer.WriteTextString(key);

    /// <inheritdoc />
    protected internal override void EndMap() => _writer.WriteEndMap();
}
