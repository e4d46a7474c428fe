using System.Globalization;
using System.Text.Json;

namespace Estiba.Contracts;

/// <summary>Reads structures from a tree of text values: what forms and XML have in common.</summary>
public abstract class TreeShapeReader : ShapeReader
{
    private readonly Stack<Frame> _frames = new();
    private MemberSchema _member = new("");
    private ShapeNode _node;

    private protected TreeShapeReader(ShapeNode root) => _node = root;

    /// <inheritdoc />
    public override void BeginStructure(StructureSchema schema)
    {
        Check(_node, schema);
        _frames.Push(new Frame(_node, []));
    }

    /// <inheritdoc />
    public override int NextMember(StructureSchema schema)
    {
        var frame = _frames.Peek();
        while (frame.Next < schema.Members.Count)
        {
            var index = frame.Next++;
            if (Find(frame.Node, schema.Members[index]) is not { } node)
                continue;
            _member = schema.Members[index];
            _node = node;
            return index;
        }

        _frames.Pop();
        return -1;
    }

    /// <inheritdoc />
    public override string ReadString() => _node.Value;

    /// <inheritdoc />
    public override int ReadInteger() =>
        int.TryParse(_node.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Malformed("an integer");

    /// <inheritdoc />
    public override long ReadLong() =>
        long.TryParse(_node.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Malformed("an integer");

    /// <inheritdoc />
    public override double ReadDouble() =>
        double.TryParse(_node.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && double.IsFinite(value)
            ? value
            : throw Malformed("a number");

    /// <inheritdoc />
    public override bool ReadBoolean() =>
        bool.TryParse(_node.Value, out var value) ? value : throw Malformed("true or false");

    /// <inheritdoc />
    public override DateTimeOffset ReadTimestamp() =>
        Timestamps.TryParse(_node.Value, out var value) ? value : throw Malformed("a timestamp");

    /// <inheritdoc />
    public override ReadOnlyMemory<byte> ReadBlob()
    {
        var bytes = new byte[_node.Value.Length];
        return Convert.TryFromBase64String(_node.Value, bytes, out var length)
            ? bytes.AsMemory(0, length)
            : throw Malformed("Base64");
    }

    /// <inheritdoc />
    public override JsonElement ReadDocument()
    {
        try
        {
            using var document = EmbeddedJson.Parse(_node.Value);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw Malformed("JSON");
        }
    }

    /// <inheritdoc />
    protected internal override void BeginList() => _frames.Push(new Frame(_node, [.. Items(_node, _member)]));

    /// <inheritdoc />
    protected internal override bool NextItem()
    {
        var frame = _frames.Peek();
        if (frame.Next < frame.Items.Count)
        {
            _node = frame.Items[frame.Next++];
            return true;
        }

        _frames.Pop();
        return false;
    }

    /// <inheritdoc />
    protected internal override void BeginMap() =>
        _frames.Push(new Frame(_node, [.. Entries(_node, _member)]) { Map = _member });

    /// <inheritdoc />
    protected internal override string? NextKey()
    {
        var frame = _frames.Peek();
        while (frame.Next < frame.Items.Count)
        {
            var entry = frame.Items[frame.Next++];
            if (entry.Child(frame.Map!.KeyName) is not { } key || entry.Child(frame.Map.ValueName) is not { } value)
                continue;
            _node = value;
            return key.Value;
        }

        _frames.Pop();
        return null;
    }

    /// <summary>Looks for what the structure does not have; most protocols ignore that.</summary>
    private protected virtual void Check(ShapeNode structure, StructureSchema schema) { }

    private protected abstract ShapeNode? Find(ShapeNode structure, MemberSchema member);

    private protected abstract IEnumerable<ShapeNode> Items(ShapeNode list, MemberSchema member);

    private protected abstract IEnumerable<ShapeNode> Entries(ShapeNode map, MemberSchema member);

    internal override void SkipValue() { }

    private protected virtual AwsException Malformed(string wanted) =>
        new("MalformedInput", $"The value '{Shortened(_node.Value)}' of {_member.Name} is not {wanted}");

    private static string Shortened(string value) => value.Length <= 256 ? value : value[..256] + "...";

    private sealed class Frame(ShapeNode node, List<ShapeNode> items)
    {
        internal ShapeNode Node => node;
        internal List<ShapeNode> Items => items;
        internal int Next { get; set; }
        internal MemberSchema? Map { get; init; }
    }
}
