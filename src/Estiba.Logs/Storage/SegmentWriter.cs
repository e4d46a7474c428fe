using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Estiba.Logs.Storage;

/// <summary>Writes one segment: events in order of stream and position. Nothing is there under the final name until it is whole and durable.</summary>
internal sealed class SegmentWriter : IDisposable
{
    private const string TemporaryExtension = ".tmp";

    private readonly string path;
    private readonly int blockBytes;
    private readonly SafeFileHandle handle;
    private readonly EventBlock block = new();
    private readonly List<BlockEntry> blocks = [];
    private readonly List<SegmentStream> streams = [];
    private long length;
    private long events;
    private long rawBytes;
    private (long FirstStream, long LastStream, long FirstTimestamp, long LastTimestamp) span;
    private bool finished;

    public SegmentWriter(string path, int blockBytes)
    {
        this.path = path;
        this.blockBytes = blockBytes;
        handle = File.OpenHandle(path + TemporaryExtension, FileMode.Create, FileAccess.Write);
    }

    /// <summary>What a crash may leave of a segment that was being written.</summary>
    public static bool IsUnfinished(string path) => path.EndsWith(TemporaryExtension, StringComparison.Ordinal);

    public void Add(long stream, EventPosition position, long ingestionTime, ReadOnlySpan<byte> message)
    {
        if (!block.IsEmpty && block.RawLength + message.Length > blockBytes) WriteBlock();

        span = block.IsEmpty
            ? (stream, stream, position.Timestamp, position.Timestamp)
            : (span.FirstStream, stream, Math.Min(span.FirstTimestamp, position.Timestamp), Math.Max(span.LastTimestamp, position.Timestamp));
        block.Add(stream, position, ingestionTime, message);
        events++;

        var one = new StreamStatistics(position.Timestamp, position.Timestamp, ingestionTime, message.Length + StoredEvent.OverheadBytes);
        if (streams.Count > 0 && streams[^1].Stream == stream) streams[^1] = new SegmentStream(stream, streams[^1].Statistics.Plus(one));
        else streams.Add(new SegmentStream(stream, one));
    }

    /// <summary>Completes the file and gives it its name, or deletes it when no event was added (then null).</summary>
    public SegmentSummary? Finish()
    {
        if (events == 0) return null;

        if (!block.IsEmpty) WriteBlock();
        var summary = new SegmentSummary(
            blocks.Min(entry => entry.FirstTimestamp), blocks.Max(entry => entry.LastTimestamp), streams[0].Stream, streams[^1].Stream,
            events, rawBytes, streams.Sum(entry => entry.Statistics.StoredBytes));

        var numbers = new ArrayBufferWriter<byte>();
        SegmentFormat.WriteBlocks(numbers, blocks);
        var index = WriteSection(numbers.WrittenSpan);
        numbers.ResetWrittenCount();
        SegmentFormat.WriteStreams(numbers, streams);
        var directory = WriteSection(numbers.WrittenSpan);

        Span<byte> trailer = stackalloc byte[SegmentFormat.TrailerBytes];
        SegmentFormat.WriteTrailer(trailer, index, directory, summary);
        RandomAccess.Write(handle, trailer, length);
        RandomAccess.FlushToDisk(handle);
        handle.Dispose();
        File.Move(path + TemporaryExtension, path, overwrite: true);
        DurableDirectory.Sync(Path.GetDirectoryName(path)!);
        finished = true;
        return summary;
    }

    public void Dispose()
    {
        handle.Dispose();
        if (!finished) File.Delete(path + TemporaryExtension);
    }

    private void WriteBlock()
    {
        var raw = ArrayPool<byte>.Shared.Rent(block.RawLength);
        block.CopyTo(raw);
        var section = WriteSection(raw.AsSpan(0, block.RawLength));
        ArrayPool<byte>.Shared.Return(raw);

        blocks.Add(new BlockEntry(
            section.Offset, section.Length, section.RawLength, section.Checksum,
            span.FirstStream, span.LastStream, span.FirstTimestamp, span.LastTimestamp));
        rawBytes += section.RawLength;
        block.Clear();
    }

    private SegmentFormat.Section WriteSection(ReadOnlySpan<byte> raw)
    {
        var (buffer, size) = SegmentFormat.Compress(raw);
        try
        {
            var data = buffer.AsSpan(0, size);
            RandomAccess.Write(handle, data, length);
            var section = new SegmentFormat.Section(length, size, raw.Length, Checksum.Of(data));
            length += size;
            return section;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
