using System.Text;
using System.Text.Json;

namespace Estiba.Contracts.Rest;

/// <summary>
/// Reads the outermost structure from all parts of an HTTP message, and leads the reader of the body through the rest.
/// </summary>
/// <param name="parts">The message.</param>
/// <param name="bodyReader">Makes the reader of a body.</param>
/// <param name="malformed">The error for a value that is none of its kind.</param>
internal class RestShapeReader(
    HttpParts parts,
    Func<ReadOnlyMemory<byte>, ShapeReader> bodyReader,
    Func<string, AwsException> malformed
) : ShapeReader
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private ShapeReader? _body;
    private TextShapeReader? _bound;
    private bool _isPayload;
    private bool _isPayloadRead;
    private int _depth;
    private int _next;

    private ShapeReader Value => _bound ?? _body ?? throw malformed("The body is missing.");

    public override IReadOnlyList<string> Ignored => _body?.Ignored ?? [];

    public override void BeginStructure(StructureSchema schema)
    {
        if (_depth++ > 0)
        {
            BeginPayload();
            Value.BeginStructure(schema);
        }
        else if (schema.Payload < 0 && schema.HasBodyMembers && !parts.Body.IsEmpty)
        {
            _body = bodyReader(parts.Body);
            _body.BeginStructure(schema);
        }
    }

    public override int NextMember(StructureSchema schema)
    {
        if (_depth > 1)
        {
            var inner = Value.NextMember(schema);
            if (inner < 0)
                _depth--;
            return inner;
        }

        _isPayload = false;
        while (_next < schema.Members.Count)
        {
            var index = _next++;
            var location = schema.Members[index].Location;
            if (location == MemberLocation.Events)
            {
                if (parts.Events is not null)
                    return index;
                continue;
            }

            if (index == schema.Payload || location == MemberLocation.EventPayload)
            {
                if (parts.Body.IsEmpty && parts.Stream is null)
                    continue;
                (_bound, _isPayload) = (null, true);
                return index;
            }

            _bound = Bound(schema, schema.Members[index]);
            if (_bound is not null)
                return index;
        }

        _bound = null;
        while (_body is not null && !_isPayloadRead)
        {
            var member = _body.NextMember(schema);
            if (member < 0)
                break;
            if (schema.Members[member].Location == MemberLocation.Body)
                return member;
            _body.SkipValue();
        }

        _depth--;
        return -1;
    }

    private void BeginPayload()
    {
        if (_isPayload)
            (_isPayload, _isPayloadRead, _body) = (false, true, bodyReader(parts.Body));
    }

    private TextShapeReader? Bound(StructureSchema schema, MemberSchema member)
    {
        var name = member.LocationName ?? member.Name;
        switch (member.Location)
        {
            case MemberLocation.Label:
                return parts.Labels.TryGetValue(name, out var label) ? Text([label]) : null;
            case MemberLocation.Status:
                return parts.Status == 0 ? null : Text([$"{parts.Status}"]);
            case MemberLocation.Header or MemberLocation.EventHeader:
                return parts.Header(name) is { } header ? Text([header]) : null;
            case MemberLocation.PrefixHeaders:
                return Entries(
                    parts
                        .Headers.Where(header => header.Key.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                        .Select(header => KeyValuePair.Create(header.Key[name.Length..], header.Value))
                );
            case MemberLocation.Query when member.LocationName is not null:
                List<string> values = [.. parts.Query.Where(field => field.Key == name).Select(field => field.Value)];
                return values.Count == 0 ? null : Text(values);
            case MemberLocation.Query:
                var named = schema
                    .Members.Where(other => other.Location == MemberLocation.Query && other.LocationName is not null)
                    .Select(other => other.LocationName!)
                    .ToHashSet(StringComparer.Ordinal);
                return Entries(parts.Query.Where(field => !named.Contains(field.Key)));
            default:
                return null;
        }

        TextShapeReader Text(IReadOnlyList<string> texts) => new(member, texts, [], malformed);

        TextShapeReader? Entries(IEnumerable<KeyValuePair<string, string>> entries)
        {
            List<KeyValuePair<string, string>> found = [.. entries];
            return found.Count == 0 ? null : new(member, [], found, malformed);
        }
    }

    public override string ReadString()
    {
        if (!_isPayload)
            return Value.ReadString();
        try
        {
            return Strict.GetString(parts.Body.Span);
        }
        catch (DecoderFallbackException)
        {
            throw malformed("The body is not UTF-8.");
        }
    }

    // What is read may be kept longer than the request's memory.
    public override ReadOnlyMemory<byte> ReadBlob() => _isPayload ? parts.Body.ToArray() : Value.ReadBlob();

    public override Stream ReadStream() =>
        !_isPayload ? Value.ReadStream() : parts.Stream ?? new MemoryStream(parts.Body.ToArray(), writable: false);

    public override IAsyncEnumerable<T> ReadEvents<T>() => parts.Events!.ReadAsync<T>();

    public override JsonElement ReadDocument()
    {
        BeginPayload();
        return Value.ReadDocument();
    }

    public override int ReadInteger() => Value.ReadInteger();

    public override long ReadLong() => Value.ReadLong();

    public override double ReadDouble() => Value.ReadDouble();

    public override bool ReadBoolean() => Value.ReadBoolean();

    public override DateTimeOffset ReadTimestamp() => Value.ReadTimestamp();

    public override void End() => _body?.End();

    protected internal override void BeginList()
    {
        BeginPayload();
        Value.BeginList();
    }

    protected internal override bool NextItem() => Value.NextItem();

    protected internal override void BeginMap()
    {
        BeginPayload();
        Value.BeginMap();
    }

    protected internal override string? NextKey() => Value.NextKey();

    internal override void SkipValue() => Value.SkipValue();
}
