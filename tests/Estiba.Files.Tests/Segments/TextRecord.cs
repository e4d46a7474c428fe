using System.Text;

namespace Estiba.Files.Tests.Segments;

/// <summary>A record that is a line of text.</summary>
internal readonly record struct TextRecord(long Timestamp, string Text) : IRecord
{
    internal static RecordKind Kind { get; } = new("text", "records", OverheadBytes: 26);

    public int PayloadBytes => Encoding.UTF8.GetByteCount(Text);

    public int WritePayload(Span<byte> target) => Encoding.UTF8.GetBytes(Text, target);
}
