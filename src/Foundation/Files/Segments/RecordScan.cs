using System.Buffers;

namespace Estiba.Files.Segments;

/// <summary>
/// Answers one query: takes the pieces that can hold matching records in the order of their earliest (or latest)
/// timestamp and stops as soon as no later piece can change the page. Memory is that of about two pages and one block,
/// whatever the store holds.
/// </summary>
internal sealed class RecordScan : IDisposable
{
    private readonly RecordQuery _query;
    private readonly GroupView _view;
    private readonly PageCollector _collector;
    private readonly PriorityQueue<ScanPiece, long> _pieces = new();
    private readonly Dictionary<Segment, SegmentReader?> _readers = [];
    private long _scanned;

    public RecordScan(RecordQuery query, GroupView view, StoreFiles files)
    {
        _query = query;
        _view = view;
        Files = files;
        _collector = new PageCollector(query.Limit, query.MaxBytes, files.Kind.OverheadBytes, query.Descending);
    }

    public RecordQuery Query => _query;

    public StoreFiles Files { get; }

    public RecordPage Execute(CancellationToken cancellation)
    {
        foreach (var segment in _view.Segments)
            Plan(new SegmentPiece(segment));
        foreach (var slice in _view.Slices)
            BatchPiece.Plan(slice, this);

        while (_pieces.TryDequeue(out var piece, out _))
        {
            cancellation.ThrowIfCancellationRequested();
            if (_collector.IsFull)
                _collector.Trim();
            if (_collector.Bound is { } bound && IsAfter(piece, bound))
                return Page(end: null, more: true);
            if ((_scanned >= _query.ScanBytes || _query.OutOfTime?.Invoke() == true) && StopBefore(piece) is { } stop)
                return Page(stop, more: true);

            _scanned += piece.Bytes;
            piece.Visit(this);
        }

        return Page(end: null, more: _collector.Overflowed);
    }

    /// <summary>Adds a piece if it can hold anything that is asked for.</summary>
    public void Plan(ScanPiece piece)
    {
        if (piece.LastTimestamp < _query.From || piece.FirstTimestamp > _query.Through)
            return;
        var isBehind =
            _query.Beyond is { } cursor
            && (_query.Descending ? piece.FirstTimestamp > cursor.Timestamp : piece.LastTimestamp < cursor.Timestamp);
        if (isBehind)
            return;
        _pieces.Enqueue(piece, _query.Descending ? -piece.LastTimestamp : piece.FirstTimestamp);
    }

    public void Offer(long stream, RecordPosition position, long ingestionTime, ReadOnlySpan<byte> payload)
    {
        if (position.Timestamp < _query.From || position.Timestamp > _query.Through)
            return;
        if (_query.Beyond is { } cursor && !_collector.Precedes(cursor, position))
            return;
        if (_query.Streams?.Contains(stream) == false || _view.HiddenStreams.Contains(stream))
            return;
        if (_query.Filter is { } filter && !filter.Matches(payload))
            return;
        if (_collector.Accepts(position))
            _collector.Add(new StoredRecord(stream, position, ingestionTime, payload.ToArray()));
    }

    /// <summary>Reads a segment; null where it cannot be read any more.</summary>
    public SegmentReader? Reader(Segment segment)
    {
        if (_readers.TryGetValue(segment, out var reader))
            return reader;
        return _readers[segment] = segment.TryOpen(Files);
    }

    public void Dispose()
    {
        foreach (var reader in _readers.Values)
            reader?.Dispose();
    }

    private bool IsAfter(ScanPiece piece, RecordPosition bound) =>
        _query.Descending ? piece.LastTimestamp < bound.Timestamp : piece.FirstTimestamp > bound.Timestamp;

    /// <summary>
    /// The position up to which everything has been seen, if that is further than where the query began.
    /// </summary>
    private RecordPosition? StopBefore(ScanPiece piece)
    {
        var stop = _query.Descending
            ? RecordPosition.After(piece.LastTimestamp)
            : RecordPosition.Before(piece.FirstTimestamp);
        var start = _query.Beyond
            ?? (_query.Descending ? RecordPosition.After(_query.Through) : RecordPosition.Before(_query.From));
        return _collector.Precedes(start, stop) ? stop : null;
    }

    private RecordPage Page(RecordPosition? end, bool more)
    {
        var records = _collector.Page(end);
        more |= _collector.Overflowed;
        if (!more)
            return new RecordPage(records, Next: null);

        // Everything before the end has been seen; what the page had no room for comes first all the same.
        if (end is { } stop && !(_collector.Bound is { } bound && _collector.Precedes(bound, stop)))
            return new RecordPage(records, stop);
        return new RecordPage(records, _query.Descending ? records[0].Position : records[^1].Position);
    }
}

/// <summary>
/// A part of a group's records that is read at once: what timestamps it spans and what reading it costs.
/// </summary>
internal abstract class ScanPiece(long firstTimestamp, long lastTimestamp)
{
    public long FirstTimestamp => firstTimestamp;

    public long LastTimestamp => lastTimestamp;

    public abstract long Bytes { get; }

    public abstract void Visit(RecordScan scan);
}

/// <summary>A whole segment: visiting it plans its blocks.</summary>
internal sealed class SegmentPiece(Segment segment)
    : ScanPiece(segment.Summary.FirstTimestamp, segment.Summary.LastTimestamp)
{
    public override long Bytes => 0;

    public override void Visit(RecordScan scan)
    {
        var streams = scan.Query.Streams;
        if (streams?.Overlaps(segment.Summary.FirstStream, segment.Summary.LastStream) == false)
            return;

        if (scan.Reader(segment) is not { } reader)
            return;
        foreach (var block in segment.Blocks(reader, scan.Files))
            if (streams?.Overlaps(block.FirstStream, block.LastStream) != false)
                scan.Plan(new BlockPiece(segment, block));
    }
}

/// <summary>One block of a segment.</summary>
internal sealed class BlockPiece(Segment segment, BlockEntry block)
    : ScanPiece(block.FirstTimestamp, block.LastTimestamp)
{
    public override long Bytes => block.RawLength;

    public override void Visit(RecordScan scan)
    {
        if (scan.Reader(segment) is not { } reader || segment.TryRead(reader, block, scan.Files) is not { } raw)
            return;
        try
        {
            for (var records = new RecordBlock.Reader(raw, block.RawLength); records.MoveNext(); )
                scan.Offer(records.Stream, records.Position, records.IngestionTime, records.Payload);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
        }
    }
}

/// <summary>Some batches of a journal, one after the other.</summary>
internal sealed class BatchPiece(
    Journal journal,
    List<BatchRef> batches,
    long firstTimestamp,
    long lastTimestamp,
    long bytes
) : ScanPiece(firstTimestamp, lastTimestamp)
{
    private const int PieceBytes = 64 << 10;
    private const int ReadAheadBytes = 32 << 10;

    public override long Bytes => bytes;

    /// <summary>Cuts what a slice has for the query into pieces of bounded size.</summary>
    public static void Plan(in SliceView slice, RecordScan scan)
    {
        var pending = new Pending(slice.Journal, scan);
        if (slice.Heads is { } heads)
        {
            foreach (var head in heads)
                for (var at = head; at >= 0; at = slice.Batches[at].Previous)
                    pending.Add(slice.Batches[at]);
        }
        else
        {
            for (var i = 0; i < slice.Count; i++)
                if (scan.Query.Streams?.Contains(slice.Batches[i].Stream) != false)
                    pending.Add(slice.Batches[i]);
        }

        pending.Plan();
    }

    public override void Visit(RecordScan scan)
    {
        batches.Sort(static (left, right) => left.Offset.CompareTo(right.Offset));
        var span = batches[^1].Offset + batches[^1].Length - batches[0].Offset;
        var buffer = ArrayPool<byte>.Shared.Rent(
            (int)Math.Min(span, Math.Max(ReadAheadBytes, batches.Max(batch => batch.Length)))
        );
        try
        {
            Read(buffer, scan);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Read(byte[] buffer, RecordScan scan)
    {
        var (from, through) = (0L, 0L);
        foreach (var batch in batches)
        {
            if (batch.Offset + batch.Length > through)
            {
                from = batch.Offset;
                through = Math.Min(from + buffer.Length, batches[^1].Offset + batches[^1].Length);
                if (!journal.TryRead(buffer.AsSpan(0, (int)(through - from)), from))
                    through = from; // what is ahead may be good for itself
            }

            var frame = buffer.AsSpan((int)(batch.Offset - from), batch.Length);
            if (
                through == from ? !journal.TryRead(batch, frame, scan.Files) : !journal.IsGood(batch, frame, scan.Files)
            )
                continue;
            for (var records = new BatchReader(frame); records.MoveNext(); )
                scan.Offer(batch.Stream, records.Position, batch.IngestionTime, records.Payload);
        }
    }

    private sealed class Pending(Journal journal, RecordScan scan)
    {
        private List<BatchRef> _batches = [];
        private long _first = long.MaxValue;
        private long _last = long.MinValue;
        private long _bytes;

        public void Add(in BatchRef batch)
        {
            if (batch.LastTimestamp < scan.Query.From || batch.FirstTimestamp > scan.Query.Through)
                return;
            _batches.Add(batch);
            _first = Math.Min(_first, batch.FirstTimestamp);
            _last = Math.Max(_last, batch.LastTimestamp);
            _bytes += batch.Length;
            if (_bytes >= PieceBytes)
                Plan();
        }

        public void Plan()
        {
            if (_batches.Count > 0)
                scan.Plan(new BatchPiece(journal, _batches, _first, _last, _bytes));
            (_batches, _first, _last, _bytes) = ([], long.MaxValue, long.MinValue, 0);
        }
    }
}
