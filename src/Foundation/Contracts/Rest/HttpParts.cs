using Estiba.Contracts.EventStreams;

namespace Estiba.Contracts.Rest;

/// <summary>The parts of an HTTP message that members are read from.</summary>
internal sealed record HttpParts
{
    public required Func<string, string?> Header { get; init; }

    public required IEnumerable<KeyValuePair<string, string>> Headers { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public int Status { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>A body that comes while it is read; null where it is there as a whole.</summary>
    public Stream? Stream { get; init; }

    /// <summary>The events that follow; null for none.</summary>
    public EventSource? Events { get; init; }
}

/// <summary>The parts of an HTTP message that members are written to.</summary>
internal sealed class HttpMembers
{
    public List<KeyValuePair<string, string>> Headers { get; } = [];

    public List<KeyValuePair<string, string>> Query { get; } = [];

    public Dictionary<string, string> Labels { get; } = new(StringComparer.Ordinal);

    public int? Status { get; set; }

    public Stream? Stream { get; set; }

    public IAsyncEnumerable<IShape>? Events { get; set; }

    /// <summary>What is in the body.</summary>
    public BodyKind Body { get; set; }

    /// <summary>The content type, which may be a member itself.</summary>
    public string? BodyType(string ofStructures)
    {
        var own = Headers.Find(header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase));
        if (own.Value is not null)
        {
            Headers.Remove(own);
            return own.Value;
        }

        return Body switch
        {
            BodyKind.Structure => ofStructures,
            BodyKind.Text => "text/plain",
            BodyKind.Bytes => "application/octet-stream",
            _ => null,
        };
    }
}

/// <summary>What the body of a message is.</summary>
internal enum BodyKind
{
    None,
    Structure,
    Text,
    Bytes,
}

/// <summary>The element around a body in XML.</summary>
internal readonly record struct XmlRoot(string Name, string? Namespace);
