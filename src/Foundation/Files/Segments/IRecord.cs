namespace Estiba.Files.Segments;

/// <summary>A record as a caller hands it in: when it happened, and what it says as bytes.</summary>
public interface IRecord
{
    /// <summary>When it happened. Milliseconds since 1970.</summary>
    long Timestamp { get; }

    /// <summary>How many bytes <see cref="WritePayload"/> writes.</summary>
    int PayloadBytes { get; }

    /// <summary>Writes what it says.</summary>
    /// <returns><see cref="PayloadBytes"/>.</returns>
    int WritePayload(Span<byte> target);
}
