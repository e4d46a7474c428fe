using System.Text;
using Estiba.Files.Segments;

namespace Estiba.Logs.Events;

/// <summary>An event as it is handed to the files: its payload is the message, in UTF-8.</summary>
/// <param name="Timestamp">When it happened. Milliseconds since 1970.</param>
/// <param name="Message">What it says.</param>
internal readonly record struct NewEvent(long Timestamp, string Message) : IRecord
{
    /// <summary>
    /// What CloudWatch Logs adds to every event's UTF-8 bytes when it counts sizes ("PutLogEvents", API reference).
    /// </summary>
    public const int OverheadBytes = 26;

    /// <summary>Log events, to the store of their files.</summary>
    public static RecordKind Kind { get; } = new("log", "events", OverheadBytes);

    public int PayloadBytes => Encoding.UTF8.GetByteCount(Message);

    public int WritePayload(Span<byte> target) => Encoding.UTF8.GetBytes(Message, target);
}
