using System.Buffers;

namespace Estiba.Files.Segments;

/// <summary>
/// Writes one segment: records in order of stream and position. Nothing is there under the final name until it is whole
/// and durable.
/// </summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly IFileStore _store;
    private readonly string _name;
    private readonly int _blockBytes;
    private readonly int _overheadBytes;
    private readonly IWritableFile _file;
    private readonly RecordBlock _block = new();
    private readonly byte[] _mark = new byte[BlockMark.Bytes];
    private readonly List<BlockEntry> _blocks = [];
    private readonly List<SegmentStream> _streams = [];
    private long _length;
    private long _count;
    private long _rawBytes;
    private (long FirstStream, long LastStream, long FirstTimestamp, long LastTimestamp) _span;
    private bool _finished;

    public SegmentWriter(IFileStore store, string name, int blockBytes, int overheadBytes)
    {
        _store = store;
        _name = name;
        _overheadBytes = overheadBytes;
        _blockBytes = blockBytes;
        store.Delete(Unfinished); // what a crash left of an earlier try
        _file = store.Create(Unfinished);
    }

    private string Unfinished => _name + DurableFile.Unfinished;

    /// <summary>What a crash may leave of a segment that was being written.</summary>
    public static bool IsUnfinished(string name) => name.EndsWith(DurableFile.Unfinished, StringComparison.Ordinal);

    public void Add(long stream, RecordPosition position, long ingestionTime, ReadOnlySpan<byte> payload)
    {
        if (!_block.IsEmpty && _block.RawLength + payload.Length > _blockBytes)
            WriteBlock();

        _span = _block.IsEmpty
            ? (stream, stream, position.Timestamp, position.Timestamp)
            : (
                _span.FirstStream,
                stream,
                Math.Min(_span.FirstTimestamp, position.Timestamp),
                Math.Max(_span.LastTimestamp, position.Timestamp)
            );
        _block.Add(stream, position, ingestionTime, payload);
        _count++;

        var one = new StreamStatistics(
            position.Timestamp,
            position.Timestamp,
            ingestionTime,
            payload.Length + _overheadBytes
        );
        if (_streams.Count > 0 && _streams[^1].Stream == stream)
            _streams[^1] = new SegmentStream(stream, _streams[^1].Statistics.Plus(one));
        else
            _streams.Add(new SegmentStream(stream, one));
    }

    /// <summary>Completes the file and gives it its name, or deletes it when no record was added (then null).</summary>
    public SegmentSummary? Finish()
    {
        if (_count == 0)
            return null;

        if (!_block.IsEmpty)
            WriteBlock();
        var summary = new SegmentSummary(
            _blocks.Min(entry => entry.FirstTimestamp),
            _blocks.Max(entry => entry.LastTimestamp),
            _streams[0].Stream,
            _streams[^1].Stream,
            _count,
            _rawBytes,
            _streams.Sum(entry => entry.Statistics.StoredBytes)
        );

        var numbers = new ArrayBufferWriter<byte>();
        SegmentFormat.WriteBlocks(numbers, _blocks);
        var index = WriteSection(numbers.WrittenSpan);
        numbers.ResetWrittenCount();
        SegmentFormat.WriteStreams(numbers, _streams);
        var directory = WriteSection(numbers.WrittenSpan);

        Span<byte> trailer = stackalloc byte[SegmentFormat.TrailerBytes];
        SegmentFormat.WriteTrailer(trailer, index, directory, summary);
        _file.Write(trailer, _length);
        _file.Flush();
        _file.Dispose();
        _store.Move(Unfinished, _name);
        _finished = true;
        return summary;
    }

    public void Dispose()
    {
        _file.Dispose();
        if (!_finished)
            _store.Delete(Unfinished);
    }

    private void WriteBlock()
    {
        var raw = ArrayPool<byte>.Shared.Rent(_block.RawLength);
        _block.CopyTo(raw);
        var (buffer, size) = SegmentFormat.Compress(raw.AsSpan(0, _block.RawLength));
        ArrayPool<byte>.Shared.Return(raw);
        try
        {
            var entry = new BlockEntry(
                _length + BlockMark.Bytes,
                size,
                _block.RawLength,
                Checksum.Of(buffer.AsSpan(0, size)),
                _span.FirstStream,
                _span.LastStream,
                _span.FirstTimestamp,
                _span.LastTimestamp
            );
            BlockMark.Write(_mark, entry);
            _file.Write(_mark, _length);
            _file.Write(buffer.AsSpan(0, size), entry.Offset);
            _length = entry.Offset + size;
            _blocks.Add(entry);
            _rawBytes += entry.RawLength;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _block.Clear();
    }

    private SegmentFormat.Section WriteSection(ReadOnlySpan<byte> raw)
    {
        var (buffer, size) = SegmentFormat.Compress(raw);
        try
        {
            var data = buffer.AsSpan(0, size);
            _file.Write(data, _length);
            var section = new SegmentFormat.Section(_length, size, raw.Length, Checksum.Of(data));
            _length += size;
            return section;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
