using System.Text;
using Estiba.Contracts.Protocols;

namespace Estiba.Contracts.Tests.Protocols;

/// <summary>A request made of its parts.</summary>
internal sealed class StandInRequest(string method, string target, string body = "") : WireRequest
{
    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

    public override string Method => method;

    public override string Path => target.Split('?')[0];

    public override string Query => target.Contains('?', StringComparison.Ordinal) ? target.Split('?', 2)[1] : "";

    public override IEnumerable<KeyValuePair<string, string>> Headers => _headers;

    public override string? Header(string name) => _headers.GetValueOrDefault(name);

    public StandInRequest With(string name, string value)
    {
        _headers[name] = value;
        return this;
    }

    public StandInRequest WithBody(ReadOnlyMemory<byte> bytes)
    {
        Body = bytes;
        return this;
    }

    /// <summary>The request that a client of this protocol sends, as the service gets it.</summary>
    public static StandInRequest Of(ClientRequest sent)
    {
        var request = new StandInRequest(sent.Method, sent.Target).WithBody(sent.Body);
        foreach (var (name, value) in sent.Headers)
            request.With(name, value);
        return sent.ContentType is null ? request : request.With("Content-Type", sent.ContentType);
    }

    /// <summary>Reads it as the service does.</summary>
    public T Read<T>(ServiceModel service)
        where T : IShape<T>
    {
        if (Body.IsEmpty)
            Body = Encoding.UTF8.GetBytes(body);
        var protocol = service.Protocols[0];
        protocol.OperationOf(service, this).ShouldNotBeNull();
        var reader = protocol.Reader(service, this);
        var read = T.Read(reader);
        reader.End();
        return read;
    }
}

/// <summary>An answer as a service writes it and a client reads it.</summary>
internal sealed class StandInAnswer : IDisposable
{
    private readonly PooledBuffer _body = new();

    public StandInAnswer() => Answer = new WireAnswer(_body);

    public WireAnswer Answer { get; }

    public string Text => Encoding.UTF8.GetString(_body.Written.Span);

    public ReadOnlyMemory<byte> Bytes => _body.Written;

    public string? Header(string name) =>
        name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)
            ? Answer.ContentType
            : Answer
                .Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(header => header.Value)
                .FirstOrDefault();

    public ClientAnswer ToClient() => new(Answer.Status, Header, Answer.Headers, _body.Written.ToArray());

    public void Dispose() => _body.Dispose();
}
