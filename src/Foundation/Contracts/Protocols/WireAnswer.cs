namespace Estiba.Contracts.Protocols;

/// <summary>An answer as protocols write it.</summary>
/// <param name="body">Receives the body, or what of it comes before a stream.</param>
public sealed class WireAnswer(PooledBuffer body)
{
    private List<KeyValuePair<string, string>>? _headers;

    /// <summary>The HTTP status.</summary>
    public int Status { get; set; } = 200;

    /// <summary>The content type; null for an answer without a body.</summary>
    public string? ContentType { get; set; }

    /// <summary>Receives the body, or what of it comes before a stream.</summary>
    public PooledBuffer Body => body;

    /// <summary>The headers besides the content's type and length.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers ?? [];

    /// <summary>The rest of the body, copied while it is read; null for none.</summary>
    public Stream? Stream { get; set; }

    /// <summary>The rest of the body, in frames to be sent at once; null for none.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>>? Frames { get; set; }

    /// <summary>Adds a header.</summary>
    public void AddHeader(string name, string value) => (_headers ??= []).Add(KeyValuePair.Create(name, value));

    /// <summary>Forgets all that was written.</summary>
    public void Clear()
    {
        (Status, ContentType, Stream, Frames, _headers) = (200, null, null, null, null);
        body.Clear();
    }
}
