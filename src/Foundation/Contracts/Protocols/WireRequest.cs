namespace Estiba.Contracts.Protocols;

/// <summary>A request as protocols see it: its head, and its body once that is there.</summary>
public abstract class WireRequest
{
    private List<KeyValuePair<string, string>>? _form;
    private List<KeyValuePair<string, string>>? _query;

    /// <summary>The method in upper case.</summary>
    public abstract string Method { get; }

    /// <summary>The path as it was sent, before any decoding.</summary>
    public abstract string Path { get; }

    /// <summary>The query as it was sent, without the question mark.</summary>
    public abstract string Query { get; }

    /// <summary>All headers.</summary>
    public abstract IEnumerable<KeyValuePair<string, string>> Headers { get; }

    /// <summary>A header's value, several of one name joined by commas; null when there is none.</summary>
    public abstract string? Header(string name);

    /// <summary>The body, decoded; empty until it has been read.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>The body of an operation that takes it while it comes; null for all others.</summary>
    public Stream? BodyStream { get; set; }

    /// <summary>The names and values of a form: the body, or the query of a request that has none.</summary>
    /// <exception cref="AwsException">It is no form.</exception>
    public IReadOnlyList<KeyValuePair<string, string>> Form =>
        _form ??= Body.IsEmpty ? FormText.Parse(Query) : FormText.Parse(Body.Span);

    /// <summary>The names and values of the query.</summary>
    /// <exception cref="AwsException">They cannot be decoded.</exception>
    public IReadOnlyList<KeyValuePair<string, string>> QueryFields => _query ??= FormText.Parse(Query);

    /// <summary>The parts of the path by the labels of the operation's; empty until a route was found.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();
}
