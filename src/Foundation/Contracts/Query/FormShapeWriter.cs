using System.Globalization;
using System.Text.Json;

namespace Estiba.Contracts;

/// <summary>Writes a request of the query protocol, or of EC2's dialect of it, as names and values of a form.</summary>
/// <param name="form">Receives the names and values.</param>
/// <param name="ec2">Whether names and lists follow EC2's rules.</param>
public sealed class FormShapeWriter(ICollection<KeyValuePair<string, string>> form, bool ec2) : ShapeWriter
{
    private readonly Stack<Place> _places = new();
    private MemberSchema _member = new("");
    private string _prefix = "";

    /// <inheritdoc />
    public override void BeginStructure(StructureSchema schema) => Open();

    /// <inheritdoc />
    public override void EndStructure() => _places.Pop();

    /// <inheritdoc />
    public override void Member(MemberSchema member)
    {
        _member = member;
        _prefix = Join(_places.Peek().Prefix, FormNames.Of(member, ec2));
    }

    /// <inheritdoc />
    public override void String(string value) => form.Add(KeyValuePair.Create(_prefix, value));

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
    protected internal override void BeginList() => Open();

    /// <inheritdoc />
    protected internal override void Item(int index)
    {
        var (prefix, member) = _places.Peek();
        _prefix = Join(ec2 || member.Flattened ? prefix : Join(prefix, member.ItemName), Position(index));
    }

    /// <inheritdoc />
    protected internal override void EndList() => _places.Pop();

    /// <inheritdoc />
    protected internal override void BeginMap() => Open();

    /// <inheritdoc />
    protected internal override void Key(int index, string key)
    {
        var (prefix, member) = _places.Peek();
        var entry = Join(ec2 || member.Flattened ? prefix : Join(prefix, "entry"), Position(index));
        _prefix = Join(entry, member.KeyName);
        String(key);
        _prefix = Join(entry, member.ValueName);
    }

    /// <inheritdoc />
    protected internal override void EndMap() => _places.Pop();

    private static string Join(string prefix, string name) => prefix.Length == 0 ? name : $"{prefix}.{name}";

    private static string Position(int index) => (index + 1).ToString(CultureInfo.InvariantCulture);

    private void Open() => _places.Push(new Place(_prefix, _member));

    private readonly record struct Place(string Prefix, MemberSchema Member);
}
