using System.Globalization;
using System.Text.Json;

namespace Estiba.Contracts.Rest;

/// <summary>Writes a member to the path, the query or the headers.</summary>
/// <param name="member">The member.</param>
/// <param name="members">Where to.</param>
internal sealed class TextShapeWriter(MemberSchema member, HttpMembers members) : ShapeWriter
{
    private readonly string _name = member.LocationName ?? member.Name;
    private List<string>? _items;
    private bool _isMap;
    private string? _key;

    public override void BeginStructure(StructureSchema schema) =>
        throw new InvalidOperationException($"{member.Name} is a structure, which only a body can have.");

    public override void EndStructure() { }

    public override void Member(MemberSchema other) { }

    public override void String(string value)
    {
        if (_items is not null)
            _items.Add(value);
        else
            Put(value);
    }

    public override void Long(long value) => String(value.ToString(CultureInfo.InvariantCulture));

    public override void Double(double value) => String(value.ToString("R", CultureInfo.InvariantCulture));

    public override void Boolean(bool value) => String(value ? "true" : "false");

    // "Timestamp serialization format" in the documents of Smithy's HTTP bindings.
    public override void Timestamp(DateTimeOffset value) =>
        String(
            Timestamps.Text(
                value,
                member.TimestampFormat ?? (member.Location == MemberLocation.Header ? "rfc822" : "iso8601")
            )
        );

    public override void Blob(ReadOnlyMemory<byte> value) => String(Convert.ToBase64String(value.Span));

    public override void Document(JsonElement value) => String(value.GetRawText());

    protected internal override void BeginList() => _items = [];

    protected internal override void Item(int index) { }

    protected internal override void EndList()
    {
        var items = _items!;
        _items = null;
        if (member.Location == MemberLocation.Header)
            Put(string.Join(", ", items.Select(Quoted)));
        else
            items.ForEach(Put);
    }

    protected internal override void BeginMap() => _isMap = true;

    protected internal override void Key(int index, string key) => _key = key;

    protected internal override void EndMap() => _isMap = false;

    private void Put(string value)
    {
        switch (member.Location)
        {
            case MemberLocation.Label:
                members.Labels[_name] = value;
                break;
            case MemberLocation.Status:
                members.Status = int.Parse(value, CultureInfo.InvariantCulture);
                break;
            case MemberLocation.Query:
                members.Query.Add(KeyValuePair.Create(_isMap ? _key! : _name, value));
                break;
            default:
                members.Headers.Add(KeyValuePair.Create(_isMap ? _name + _key : _name, value));
                break;
        }
    }

    // Times have a comma and no quotation marks.
    private string Quoted(string value) =>
        value.IndexOfAny([',', '"']) < 0 || (value.EndsWith(" GMT", StringComparison.Ordinal) && value[3] == ',')
            ? value
            : '"'
                + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
                + '"';
}
