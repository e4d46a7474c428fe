using System.Text.Json;

namespace Estiba.Contracts;

/// <summary>Writes structures as JSON.</summary>
/// <param name="json">Where to; its owner flushes it.</param>
/// <param name="redact">Whether what is sensitive is replaced by stars, for logs.</param>
/// <param name="inside">Whether the object around the outermost structure's members is open already, and not to be closed.</param>
public sealed class JsonShapeWriter(Utf8JsonWriter json, bool redact = false, bool inside = false) : ShapeWriter
{
    private bool _redactNext;
    private int _depth = inside ? 0 : 1;

    /// <inheritdoc />
    public override void BeginStructure(StructureSchema schema)
    {
        if (_depth++ > 0) json.WriteStartObject();
    }

    /// <inheritdoc />
    public override void EndStructure()
    {
        if (--_depth > 0) json.WriteEndObject();
    }

    /// <inheritdoc />
    public override void Member(MemberSchema member)
    {
        json.WritePropertyName(member.Name);
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
    public override void Timestamp(DateTimeOffset value) => json.WriteNumberValue(value.ToUnixTimeMilliseconds() / 1000m);

    /// <inheritdoc />
    public override void Blob(ReadOnlyMemory<byte> value) => json.WriteBase64StringValue(value.Span);

    /// <inheritdoc />
    public override void Document(JsonElement value) => value.WriteTo(json);

    /// <inheritdoc />
    protected override void BeginList() => json.WriteStartArray();

    /// <inheritdoc />
    protected override void Item(int index)
    {
    }

    /// <inheritdoc />
    protected override void EndList() => json.WriteEndArray();

    /// <inheritdoc />
    protected override void BeginMap() => json.WriteStartObject();

    /// <inheritdoc />
    protected override void Key(int index, string key) => json.WritePropertyName(key);

    /// <inheritdoc />
    protected override void EndMap() => json.WriteEndObject();
}
