using System.Globalization;
using System.Text.Json;
using System.Xml;

namespace Estiba.Contracts;

/// <summary>Writes the members of an answer of the query protocol, or of EC2's dialect of it, as XML elements.</summary>
/// <param name="xml">Where to, with the element around the members already open.</param>
public sealed class XmlShapeWriter(XmlWriter xml) : ShapeWriter
{
    private readonly Stack<MemberSchema> _members = new();
    private MemberSchema _member = new("");
    private string? _element;

    /// <inheritdoc />
    public override void BeginStructure(StructureSchema schema) => Open();

    /// <inheritdoc />
    public override void EndStructure() => Close();

    /// <inheritdoc />
    public override void Member(MemberSchema member)
    {
        _member = member;
        _element = member.LocationName ?? member.Name;
    }

    /// <inheritdoc />
    public override void String(string value) => xml.WriteElementString(_element!, XmlText.Of(value));

    /// <inheritdoc />
    public override void Long(long value) => String(value.ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc />
    public override void Double(double value) => String(value.ToString("R", CultureInfo.InvariantCulture));

    /// <inheritdoc />
    public override void Boolean(bool value) => String(value ? "true" : "false");

    /// <inheritdoc />
    public override void Timestamp(DateTimeOffset value) => String(Timestamps.Iso8601(value));

    /// <inheritdoc />
    public override void Blob(ReadOnlyMemory<byte> value) => String(Convert.ToBase64String(value.Span));

    /// <inheritdoc />
    public override void Document(JsonElement value) => String(value.GetRawText());

    /// <inheritdoc />
    protected override void BeginList()
    {
        if (_member.Flattened) _element = null;
        Open();
    }

    /// <inheritdoc />
    protected override void Item(int index)
    {
        var list = _members.Peek();
        _element = list.Flattened ? list.LocationName ?? list.Name : list.ItemName;
    }

    /// <inheritdoc />
    protected override void EndList() => Close();

    /// <inheritdoc />
    protected override void BeginMap() => BeginList();

    /// <inheritdoc />
    protected override void Key(int index, string key)
    {
        var map = _members.Peek();
        xml.WriteStartElement(map.Flattened ? map.LocationName ?? map.Name : "entry");
        xml.WriteElementString(map.KeyName, XmlText.Of(key));
        _element = map.ValueName;
    }

    /// <inheritdoc />
    protected override void EndEntry() => xml.WriteEndElement();

    /// <inheritdoc />
    protected override void EndMap() => Close();

    // The outermost structure and a flattened list have no element of their own.
    private void Open()
    {
        if (_element is not null) xml.WriteStartElement(_element);
        _members.Push(_element is null ? _member with { Flattened = true } : _member with { Flattened = false });
        _element = null;
    }

    private void Close()
    {
        var opened = _members.Pop();
        if (!opened.Flattened) xml.WriteEndElement();
        _element = null;
    }
}
