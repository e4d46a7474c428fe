using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Estiba.Contracts.Rest;

/// <summary>
/// Writes the outermost structure to all parts of an HTTP message, and leads the writer of the body through the rest.
/// </summary>
/// <param name="members">Receives what is outside of the body.</param>
/// <param name="output">Receives the body.</param>
/// <param name="begin">Begins a body: that of the message's structure, or of the member that is its payload; gives its
/// writer, and what ends it.</param>
internal sealed class RestShapeWriter(
    HttpMembers members,
    IBufferWriter<byte> output,
    Func<MemberSchema?, StructureSchema, (ShapeWriter Writer, Action End)> begin
) : DelegatingShapeWriter
{
    private ShapeWriter? _body;
    private TextShapeWriter? _bound;
    private Action? _end;
    private StructureSchema? _schema;
    private MemberSchema? _payload;
    private int _depth;

    private protected override ShapeWriter Current =>
        (ShapeWriter?)_bound ?? _body ?? throw new InvalidOperationException("There is no body to write to.");

    public override void BeginStructure(StructureSchema schema)
    {
        if (_depth++ > 0)
        {
            if (_payload is { } payload)
            {
                _payload = null;
                Begin(payload, schema);
            }

            Current.BeginStructure(schema);
            return;
        }

        _schema = schema;
        if (schema.Payload >= 0 || !schema.HasBodyMembers)
            return;
        Begin(payload: null, schema);
        _body!.BeginStructure(schema);
    }

    public override void EndStructure()
    {
        _bound = null;
        if (--_depth > 0)
        {
            _body!.EndStructure();
            return;
        }

        if (_schema!.Payload < 0)
            _body?.EndStructure();
        _end?.Invoke();
    }

    public override void Member(MemberSchema member)
    {
        if (_depth > 1)
        {
            _body!.Member(member);
            return;
        }

        (_bound, _payload) = (null, null);
        if (_schema!.Payload >= 0 && ReferenceEquals(_schema.Members[_schema.Payload], member))
            _payload = member;
        else if (member.Location is MemberLocation.Body or MemberLocation.Events)
            _body?.Member(member);
        else
            _bound = new TextShapeWriter(member, members);
    }

    public override void String(string value)
    {
        if (_payload is null)
            Current.String(value);
        else
            Raw(Encoding.UTF8.GetBytes(value), BodyKind.Text);
    }

    public override void Blob(ReadOnlyMemory<byte> value)
    {
        if (_payload is null)
            Current.Blob(value);
        else
            Raw(value.Span, BodyKind.Bytes);
    }

    public override void Document(JsonElement value)
    {
        if (_payload is null)
            Current.Document(value);
        else
            Raw(Encoding.UTF8.GetBytes(value.GetRawText()), BodyKind.Structure);
    }

    public override void Stream(Stream value) => (members.Stream, members.Body) = (value, BodyKind.Bytes);

    public override void Events(IAsyncEnumerable<IShape> events) => members.Events = events;

    protected internal override void BeginList()
    {
        BeginPayload();
        Current.BeginList();
    }

    protected internal override void BeginMap()
    {
        BeginPayload();
        Current.BeginMap();
    }

    private void BeginPayload()
    {
        if (_payload is not { } payload)
            return;
        _payload = null;
        Begin(payload, _schema!);
    }

    private void Begin(MemberSchema? payload, StructureSchema schema)
    {
        (_body, _end) = begin(payload, schema);
        members.Body = BodyKind.Structure;
    }

    private void Raw(ReadOnlySpan<byte> bytes, BodyKind kind)
    {
        output.Write(bytes);
        members.Body = kind;
    }
}
