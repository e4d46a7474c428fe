using System.Buffers;
using System.Text;
using Estiba.Contracts.Protocols;
using Estiba.Contracts.Rest;

namespace Estiba.Contracts.EventStreams;

/// <summary>
/// Writes one event of a stream, which is a union with one member: its name becomes a header, its value the payload.
/// </summary>
/// <param name="payload">Receives the payload.</param>
/// <param name="form">The form of payloads that are structures.</param>
internal sealed class EventShapeWriter(PooledBuffer payload, EventForm form) : DelegatingShapeWriter
{
    private readonly List<KeyValuePair<string, string>> _own = [];
    private ShapeWriter? _body;
    private Action? _end;
    private MemberSchema? _event;
    private MemberSchema? _member;
    private StructureSchema? _schema;
    private string? _contentType;
    private int _depth;

    /// <summary>The headers of the event.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers =>
        [
            .. _event!.IsError
                ? EventFrame.Exception(_event.Name, _contentType)
                : EventFrame.Event(_event.Name, _contentType),
            .. _own,
        ];

    private protected override ShapeWriter Current => _body ?? Begin(_schema!);

    public override void BeginStructure(StructureSchema schema)
    {
        switch (_depth++)
        {
            case 0:
                return;
            case 1:
                _schema = schema;
                if (schema.Members.All(member => member.Location == MemberLocation.Body))
                    Begin(schema);
                return;
            case 2 when _member?.Location == MemberLocation.EventPayload:
                (_body, _end) = form.Begin(payload, _member.LocationName ?? _member.Name);
                _contentType = form.ContentType;
                break;
        }

        Current.BeginStructure(schema);
    }

    public override void EndStructure()
    {
        switch (--_depth)
        {
            case 0:
                return;
            case 1:
                if (_schema!.Members.All(member => member.Location != MemberLocation.EventPayload))
                    _body?.EndStructure();
                _end?.Invoke();
                return;
            default:
                Current.EndStructure();
                return;
        }
    }

    public override void Member(MemberSchema member)
    {
        if (_depth == 1)
        {
            _event = member;
            return;
        }

        _member = _depth == 2 && member.Location != MemberLocation.Body ? member : null;
        if (_member is null)
            Current.Member(member);
    }

    public override void String(string value)
    {
        switch (_depth == 2 ? _member?.Location : null)
        {
            case MemberLocation.EventHeader:
                _own.Add(KeyValuePair.Create(_member!.Name, value));
                break;
            case MemberLocation.EventPayload:
                payload.Write(Encoding.UTF8.GetBytes(value));
                _contentType = "text/plain";
                break;
            default:
                Current.String(value);
                break;
        }
    }

    public override void Blob(ReadOnlyMemory<byte> value)
    {
        if (_depth == 2 && _member?.Location == MemberLocation.EventPayload)
        {
            payload.Write(value.Span);
            _contentType = "application/octet-stream";
        }
        else
        {
            Current.Blob(value);
        }
    }

    private ShapeWriter Begin(StructureSchema schema)
    {
        (_body, _end) = form.Begin(payload, schema.Name);
        _contentType = form.ContentType;
        _body.BeginStructure(schema);
        return _body;
    }
}
