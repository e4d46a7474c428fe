using System.Buffers;
using System.Text;
using Estiba.Contracts.EventStreams;
using Estiba.Contracts.Rest;

namespace Estiba.Contracts.Protocols;

/// <summary>REST: members are in the path, the query, the headers and the body ("HTTP bindings").</summary>
internal abstract class RestProtocol : Protocol
{
    public override OperationNaming Naming => OperationNaming.Path;

    public override bool HasChecksums => true;

    public override string? OperationOf(ServiceModel service, WireRequest request)
    {
        var inHost = service.HostLabel is null ? null : HostLabels.Find(request.Header("Host"), service.SigningName);
        return service.Routes.Find(inHost is null ? request.Path : $"/{inHost}{request.Path}", request);
    }

    public override ShapeReader Reader(ServiceModel service, WireRequest request) =>
        new RestShapeReader(
            new HttpParts
            {
                Header = request.Header,
                Headers = request.Headers,
                Query = request.QueryFields,
                Labels = request.Labels,
                Body = request.Body,
                Stream = request.BodyStream,
            },
            BodyReader,
            Malformed
        );

    public override void WriteAnswer(
        WireAnswer answer,
        ServiceModel service,
        OperationModel operation,
        IShape shape,
        string requestId
    )
    {
        var members = new HttpMembers();
        WriteMembers(members, answer.Body, shape, schema => RootOf(schema, service, operation: null));
        answer.Status = members.Status ?? (IsPart(members) ? 206 : operation.Status);
        answer.ContentType = members.BodyType(ContentType);
        foreach (var (name, value) in members.Headers)
            answer.AddHeader(name, value);
        answer.Stream = members.Stream;
        if (members.Events is not { } events)
            return;
        answer.ContentType = EventStream.ContentType;
        answer.Frames = EventStream.Encode(events, Events);
    }

    public override ClientRequest WriteRequest(ServiceModel service, OperationModel operation, IShape request)
    {
        var members = new HttpMembers();
        using var body = new PooledBuffer();
        WriteMembers(members, body, request, schema => RootOf(schema, service, operation));
        if (members.Stream is { } stream)
        {
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            body.Write(bytes.ToArray());
        }

        return new(
            operation.Method,
            Target(operation, members),
            members.BodyType(ContentType),
            members.Headers,
            body.Written.ToArray()
        );
    }

    private protected override ShapeReader AnswerReader(OperationModel operation, ClientAnswer answer) =>
        new RestShapeReader(
            new HttpParts
            {
                Header = answer.Header,
                Headers = answer.Headers,
                Status = answer.Status,
                Body = answer.Body,
            },
            BodyReader,
            Malformed
        );

    private protected override ShapeReader EventReader(ReadOnlyMemory<byte> payload) => BodyReader(payload);

    /// <summary>The reader of a body with members, or of a payload that is a structure.</summary>
    private protected abstract ShapeReader BodyReader(ReadOnlyMemory<byte> body);

    /// <summary>Writes what is in the body to a buffer, and what is elsewhere to where it belongs.</summary>
    private protected abstract void WriteMembers(
        HttpMembers members,
        PooledBuffer body,
        IShape shape,
        Func<StructureSchema, XmlRoot> root
    );

    private protected abstract EventForm Events { get; }

    private protected abstract AwsException Malformed(string message);

    private static bool IsPart(HttpMembers members) =>
        members.Headers.Exists(header => header.Key.Equals("Content-Range", StringComparison.OrdinalIgnoreCase));

    private static XmlRoot RootOf(StructureSchema schema, ServiceModel service, OperationModel? operation) =>
        new(
            operation?.InputElement ?? schema.ElementName ?? schema.Name,
            operation?.InputNamespace ?? schema.XmlNamespace ?? service.XmlNamespace
        );

    private static string Target(OperationModel operation, HttpMembers members)
    {
        var template = operation.Uri;
        var query = template.IndexOf('?', StringComparison.Ordinal);
        var path = new StringBuilder();
        foreach (var segment in (query < 0 ? template : template[..query]).Split('/').Skip(1))
        {
            path.Append('/');
            if (!segment.StartsWith('{'))
                path.Append(segment);
            else if (segment.EndsWith("+}", StringComparison.Ordinal))
                path.AppendJoin('/', Label(segment[1..^2]).Split('/').Select(Uri.EscapeDataString));
            else
                path.Append(Uri.EscapeDataString(Label(segment[1..^1])));
        }

        var fields = members
            .Query.Select(field => $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}")
            .ToList();
        if (query >= 0)
            fields.Insert(0, template[(query + 1)..]);
        return fields.Count == 0 ? path.ToString() : $"{path}?{string.Join('&', fields)}";

        string Label(string name) =>
            members.Labels.GetValueOrDefault(name) is { Length: > 0 } value
                ? value
                : throw new AwsException(
                    "ValidationException",
                    $"The member {name} is part of the path and must be there."
                );
    }
}
