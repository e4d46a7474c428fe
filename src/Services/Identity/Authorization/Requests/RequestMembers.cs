using System.Globalization;
using System.Text.Json;
using Estiba.Contracts;

namespace Estiba.Identity.Authorization.Requests;

/// <summary>
/// What a request says in the members that a decision needs, by their paths: <c>cluster</c>,
/// <c>attributes.targetId</c>. Items of a list have the path of the list.
/// The rest of the request, which may be long, is passed over.
/// </summary>
internal sealed class RequestMembers : ShapeWriter
{
    private readonly IReadOnlySet<string> _wanted;
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);
    private readonly Stack<string> _places = new();
    private readonly List<KeyValuePair<string, string>> _tags = [];
    private string _path = "";
    private int _depth;
    private bool _passOver;

    private RequestMembers(IReadOnlySet<string> wanted) => _wanted = wanted;

    /// <summary>The tags that are put on something; those of EC2's tag specifications too.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags => _tags;

    /// <summary>The keys of tags that are put on something or taken away.</summary>
    public IEnumerable<string> TagKeys =>
        _tags.Select(tag => tag.Key).Concat(ValuesOf("tagKeys")).Concat(ValuesOf("TagKeys"));

    /// <summary>The values of a member; none when the request does not have it.</summary>
    public IReadOnlyList<string> ValuesOf(string path) => _values.GetValueOrDefault(path) ?? [];

    /// <summary>Reads a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="wanted">The members of the request itself that a decision needs.</param>
    public static RequestMembers Of(IShape request, IReadOnlySet<string> wanted)
    {
        var members = new RequestMembers(wanted);
        request.Write(members);
        return members;
    }

    public override void BeginStructure(StructureSchema schema)
    {
        _depth++;
        if (!_passOver)
            _places.Push(_depth == 1 ? "" : _path + ".");
    }

    public override void EndStructure()
    {
        _depth--;
        if (!_passOver || _depth == 0)
            _places.Pop();
    }

    public override void Member(MemberSchema member)
    {
        if (_depth == 1)
            _passOver = !_wanted.Contains(member.Name);
        if (!_passOver)
            _path = _places.Peek() + member.Name;
    }

    public override void String(string value)
    {
        if (_passOver)
            return;
        if (!_values.TryGetValue(_path, out var values))
            _values[_path] = values = [];
        values.Add(value);
        AddTag(value);
    }

    public override void Long(long value) => Write(value);

    public override void Double(double value) => Write(value);

    public override void Boolean(bool value)
    {
        if (!_passOver)
            String(value ? "true" : "false");
    }

    public override void Timestamp(DateTimeOffset value) { }

    public override void Blob(ReadOnlyMemory<byte> value) { }

    public override void Document(JsonElement value) { }

    protected override void BeginList() => Enter();

    protected override void Item(int index)
    {
        if (!_passOver)
            _path = _places.Peek();
    }

    protected override void EndList() => Leave();

    protected override void BeginMap() => Enter();

    protected override void Key(int index, string key)
    {
        if (_passOver)
            return;
        _path = _places.Peek();
        if (_path is "tags" or "Tags")
            _tags.Add(new(key, ""));
    }

    protected override void EndMap() => Leave();

    private void Write<T>(T value)
        where T : IFormattable
    {
        if (!_passOver)
            String(value.ToString(format: null, CultureInfo.InvariantCulture));
    }

    private void Enter()
    {
        if (!_passOver)
            _places.Push(_path);
    }

    private void Leave()
    {
        if (!_passOver)
            _places.Pop();
    }

    // A tag is a structure of a key and a value, which may be missing; or the entry of a map.
    private void AddTag(string value)
    {
        switch (_path)
        {
            case "tags" or "Tags" when _tags.Count > 0:
                _tags[^1] = new(_tags[^1].Key, value);
                break;
            case "tags.key" or "Tags.Key" or "TagSpecifications.Tags.Key":
                _tags.Add(new(value, ""));
                break;
            case "tags.value" or "Tags.Value" or "TagSpecifications.Tags.Value" when _tags.Count > 0:
                _tags[^1] = new(_tags[^1].Key, value);
                break;
        }
    }
}
