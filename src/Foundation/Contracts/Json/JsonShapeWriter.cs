using System.Text.Json;

namespace Estiba.Contracts;

/// <summary>Writes structures as JSON.</summary>
/// <param name="json">Where to; its owner flushes it.</param>
/// <param name="redact">Whether what is sensitive is replaced by stars, for logs.</param>
/// <param name="inside">Whether the object around the outermost structure's members is open already, and not to be
/// closed.</param>
public sealed class JsonShapeWriter(Utf8JsonWriter json, bool redact = false, bool inside = false) : ShapeWriter
{
    private MemberSchema? _member;
    private bool _redactNext;
    private int _depth = inside ? 0 : 1;

    /// <inheritdoc />
    public override void BeginStructure(StructureSchema schema)
    {
        if (_depth++ > 0)
            json.WriteStartObject();
    }

    /// <inheritdoc />
    public override void EndStructure()
    {
        if (--_depth > 0)
            json.WriteEndObject();
    }

    /// <inheritdoc />
    public override void Member(MemberSchema member)
    {
        _member = member;
        if (member.Location == MemberLocation.Events)
            return;
        json.WritePropertyName(member.JsonName);
        _redactNext = redact && member.Sensitive;
    }

    /// <inheritdoc />
    public override void String(string value) => json.WriteStringValue(_redactNext ? "***" : value);

    /// <inheritdoc />
    public override void Integer(int value) => json.WriteNumberValue(value);

    /// <inheritdoc />
    public override void Long(long value) => json.WriteNumberValue(value);

    /// <inheritdoc />
    public override void Double(double value) => json.WriteNumberValue(value);

    /// <inheritdoc />
    public override void Boolean(bool value) => json.WriteBooleanValue(value);

    /// <inheritdoc />
    public override void Timestamp(DateTimeOffset value)
    {
        if (_member?.TimestampFormat is { } format and not "unixTimestamp")
            json.WriteStringValue(Timestamps.Text(value, format));
        else
            json.WriteNumberValue(Timestamps.Seconds(value));
    }

    /// <inheritdoc />
    public override void Blob(ReadOnlyMemory<byte> value) => json.WriteBase64StringValue(value.Span);

    /// <inheritdoc />
    public override void Document(JsonElement value) => value.WriteTo(json);

    /// <summary>The events that follow what is written; null for none.</summary>
    public IAsyncEnumerable<IShape>? FollowingEvents { get; private set; }

    /// <inheritdoc />
    public override void Events(IAsyncEnumerable<IShape> events) => FollowingEvents = events;

    /// <inheritdoc />
    protected internal override void BeginList() => json.WriteStartArray();

    /// <inheritdoc />
    protected internal override void Item(int index) { }

    /// <inheritdoc />
    protected internal override void EndList() => json.WriteEndArray();

    /// <inheritdoc />
    protected internal override void BeginMap() => json.WriteStartObject();

    /// <inheritdoc />
    protected internal override void Key(int index, string key) => json.WritePropertyName(key);

    /// <inheritdoc />
    protected internal override void EndMap() => json.WriteEndObject();
}
