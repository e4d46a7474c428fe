using System.Globalization;
using System.Text.Json;
using System.Xml;

namespace Estiba.Contracts;

/// <summary>
/// Writes the members of a structure as XML elements: answers of the query protocol and of EC2's dialect of it, and
/// REST's bodies.
/// </summary>
/// <param name="xml">Where to, with the element around the members already open.</param>
/// <param name="wholeSeconds">Whether a point in time that is a whole second is written without a fraction, which EC2
/// never does.</param>
/// <param name="isText">Whether the element around has the text of the only member, which is called as it is.</param>
public sealed class XmlShapeWriter(XmlWriter xml, bool wholeSeconds = false, bool isText = false) : ShapeWriter
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
    public override void String(string value)
    {
        if (isText)
            xml.WriteString(XmlText.Of(value));
        else if (_member.IsXmlAttribute)
            XmlAttributes.Write(xml, _element!, XmlText.Of(value));
        else
            xml.WriteElementString(_element!, XmlText.Of(value));
    }

    /// <inheritdoc />
    public override void Long(long value) => String(value.ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc />
    public override void Double(double value) => String(value.ToString("R", CultureInfo.InvariantCulture));

    /// <inheritdoc />
    public override void Boolean(bool value) => String(value ? "true" : "false");

    /// <inheritdoc />
    public override void Timestamp(DateTimeOffset value) =>
        String(
            _member.TimestampFormat is { } format and not "iso8601"
                ? Timestamps.Text(value, format)
                : Timestamps.Iso8601(value, wholeSeconds)
        );

    /// <inheritdoc />
    public override void Blob(ReadOnlyMemory<byte> value) => String(Convert.ToBase64String(value.Span));

    /// <inheritdoc />
    public override void Document(JsonElement value) => String(value.GetRawText());

    /// <summary>The events that follow what is written; null for none.</summary>
    internal IAsyncEnumerable<IShape>? FollowingEvents { get; private set; }

    /// <inheritdoc />
    public override void Events(IAsyncEnumerable<IShape> events) => FollowingEvents = events;

    /// <inheritdoc />
    protected internal override void BeginList()
    {
        if (_member.Flattened)
            _element = null;
        Open();
    }

    /// <inheritdoc />
    protected internal override void Item(int index)
    {
        var list = _members.Peek();
        _element = list.Flattened ? list.LocationName ?? list.Name : list.ItemName;
    }

    /// <inheritdoc />
    protected internal override void EndList() => Close();

    /// <inheritdoc />
    protected internal override void BeginMap() => BeginList();

    /// <inheritdoc />
    protected internal override void Key(int index, string key)
    {
        var map = _members.Peek();
        xml.WriteStartElement(map.Flattened ? map.LocationName ?? map.Name : "entry");
        xml.WriteElementString(map.KeyName, XmlText.Of(key));
        _element = map.ValueName;
    }

    /// <inheritdoc />
    protected internal override void EndEntry() => xml.WriteEndElement();

    /// <inheritdoc />
    protected internal override void EndMap() => Close();

    // The outermost structure and a flattened list have no element of their own.
    private void Open()
    {
        if (_element is not null && _member is { XmlNamespace: { } space, XmlPrefix: null })
            xml.WriteStartElement(_element, space);
        else if (_element is not null)
            xml.WriteStartElement(_element);
        _members.Push(_element is null ? _member with { Flattened = true } : _member with { Flattened = false });
        _element = null;
    }

    private void Close()
    {
        var opened = _members.Pop();
        if (!opened.Flattened)
            xml.WriteEndElement();
        _element = null;
    }
}
