using System.Buffers;

namespace Estiba.Logs.Storage;

/// <summary>
/// Answers one query: takes the pieces that can hold matching events in the order of their earliest (or latest) timestamp and stops as soon
/// as no later piece can change the page. Memory is that of about two pages and one block, whatever the store holds.
/// </summary>
internal sealed class EventScan : IDisposable
{
    private readonly EventQuery query;
    private readonly GroupView view;
    private readonly PageCollector collector;
    private readonly PriorityQueue<ScanPiece, long> pieces = new();
    private readonly Dictionary<Segment, SegmentReader> readers = [];
    private long scanned;

    public EventScan(EventQuery query, GroupView view)
    {
        this.query = query;
        this.view = view;
        collector = new PageCollector(query.Limit, query.MaxBytes, query.Descending);
    }

    public EventQuery Query => query;

    public EventPage Execute(CancellationToken cancellation)
    {
        foreach (var segment in view.Segments) Plan(new SegmentPiece(segment));
        foreach (var slice in view.Slices) BatchPiece.Plan(slice, this);

        while (pieces.TryDequeue(out var piece, out _))
        {
            cancellation.ThrowIfCancellationRequested();
            if (collector.IsFull) collector.Trim();
            if (collector.Bound is { } bound && IsAfter(piece, bound)) return Page(end: null, more: true);
            if ((scanned >= query.ScanBytes || query.OutOfTime?.Invoke() == true) && StopBefore(piece) is { } stop) return Page(stop, more: true);

            scanned += piece.Bytes;
            piece.Visit(this);
        }

        return Page(end: null, more: collector.Overflowed);
    }

    /// <summary>Adds a piece if it can hold anything that is asked for.</summary>
    public void Plan(ScanPiece piece)
    {
        if (piece.LastTimestamp < query.From || piece.FirstTimestamp > query.Through) return;
        var isBehind = query.Beyond is { } cursor
            && (query.Descending ? piece.FirstTimestamp > cursor.Timestamp : piece.LastTimestamp < cursor.Timestamp);
        if (isBehind) return;
        pieces.Enqueue(piece, query.Descending ? -piece.LastTimestamp : piece.FirstTimestamp);
    }

    public void Offer(long stream, EventPosition position, long ingestionTime, ReadOnlySpan<byte> message)
    {
        if (position.Timestamp < query.From || position.Timestamp > query.Through) return;
        if (query.Beyond is { } cursor && !collector.Precedes(cursor, position)) return;
        if (query.Streams?.Contains(stream) == false || view.DeletedStreams.Contains(stream)) return;
        if (query.Filter is { } filter && !filter.Matches(message)) return;
        if (collector.Accepts(position)) collector.Add(new StoredEvent(stream, position, ingestionTime, message.ToArray()));
    }

    public SegmentReader Reader(Segment segment)
    {
        if (readers.TryGetValue(segment, out var reader)) return reader;
        return readers[segment] = SegmentReader.Open(segment);
    }

    public void Dispose()
    {
        foreach (var reader in readers.Values) reader.Dispose();
    }

    private bool IsAfter(ScanPiece piece, EventPosition bound) =>
        query.Descending ? piece.LastTimestamp < bound.Timestamp : piece.FirstTimestamp > bound.Timestamp;

    /// <summary>The position up to which everything has been seen, if that is further than where the query began.</summary>
    private EventPosition? StopBefore(ScanPiece piece)
    {
        var stop = query.Descending ? EventPosition.After(piece.LastTimestamp) : EventPosition.Before(piece.FirstTimestamp);
        var start = query.Beyond ?? (query.Descending ? EventPosition.After(query.Through) : EventPosition.Before(query.From));
        return collector.Precedes(start, stop) ? stop : null;
    }

    private EventPage Page(EventPosition? end, bool more)
    {
        var events = collector.Page(end);
        more |= collector.Overflowed;
        if (!more) return new EventPage(events, Next: null);

        // Everything before the end has been seen; what the page had no room for comes first all the same.
        if (end is { } stop && !(collector.Bound is { } bound && collector.Precedes(bound, stop))) return new EventPage(events, stop);
        return new EventPage(events, query.Descending ? events[0].Position : events[^1].Position);
    }
}

/// <summary>A part of a group's events that is read at once: what timestamps it spans and what reading it costs.</summary>
internal abstract class ScanPiece(long firstTimestamp, long lastTimestamp)
{
    public long FirstTimestamp => firstTimestamp;

    public long LastTimestamp => lastTimestamp;

    public abstract long Bytes { get; }

    public abstract void Visit(EventScan scan);
}

/// <summary>A whole segment: visiting it plans its blocks.</summary>
internal sealed class SegmentPiece(Segment segment) : ScanPiece(segment.Summary.FirstTimestamp, segment.Summary.LastTimestamp)
{
    public override long Bytes => 0;

    public override void Visit(EventScan scan)
    {
        var streams = scan.Query.Streams;
        if (streams?.Overlaps(segment.Summary.FirstStream, segment.Summary.LastStream) == false) return;

        foreach (var block in scan.Reader(segment).ReadBlocks())
            if (streams?.Overlaps(block.FirstStream, block.LastStream) != false) scan.Plan(new BlockPiece(segment, block));
    }
}

/// <summary>One block of a segment.</summary>
internal sealed class BlockPiece(Segment segment, BlockEntry block) : ScanPiece(block.FirstTimestamp, block.LastTimestamp)
{
    public override long Bytes => block.RawLength;

    public override void Visit(EventScan scan)
    {
        var raw = scan.Reader(segment).ReadBlock(block);
        try
        {
            for (var events = new EventBlock.Reader(raw, block.RawLength); events.MoveNext();)
                scan.Offer(events.Stream, events.Position, events.IngestionTime, events.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
        }
    }
}

/// <summary>Some batches of a journal, one after the other.</summary>
internal sealed class BatchPiece(Journal journal, List<BatchRef> batches, long firstTimestamp, long lastTimestamp, long bytes)
    : ScanPiece(firstTimestamp, lastTimestamp)
{
    private const int PieceBytes = 64 << 10;
    private const int ReadAheadBytes = 32 << 10;

    public override long Bytes => bytes;

    /// <summary>Cuts what a slice has for the query into pieces of bounded size.</summary>
    public static void Plan(in SliceView slice, EventScan scan)
    {
        var pending = new Pending(slice.Journal, scan);
        if (slice.Heads is { } heads)
        {
            foreach (var head in heads)
                for (var at = head; at >= 0; at = slice.Batches[at].Previous) pending.Add(slice.Batches[at]);
        }
        else
        {
            for (var i = 0; i < slice.Count; i++)
                if (scan.Query.Streams?.Contains(slice.Batches[i].Stream) != false) pending.Add(slice.Batches[i]);
        }

        pending.Plan();
    }

    public override void Visit(EventScan scan)
    {
        batches.Sort(static (left, right) => left.Offset.CompareTo(right.Offset));
        var span = batches[^1].Offset + batches[^1].Length - batches[0].Offset;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(span, Math.Max(ReadAheadBytes, batches.Max(batch => batch.Length))));
        var (from, through) = (0L, 0L);
        foreach (var batch in batches)
        {
            if (batch.Offset + batch.Length > through)
            {
                from = batch.Offset;
                through = Math.Min(from + buffer.Length, batches[^1].Offset + batches[^1].Length);
                journal.Read(buffer.AsSpan(0, (int)(through - from)), from);
            }

            for (var events = new BatchReader(buffer.AsSpan((int)(batch.Offset - from), batch.Length)); events.MoveNext();)
                scan.Offer(batch.Stream, events.Position, batch.IngestionTime, events.Message);
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    private sealed class Pending(Journal journal, EventScan scan)
    {
        private List<BatchRef> batches = [];
        private long first = long.MaxValue;
        private long last = long.MinValue;
        private long bytes;

        public void Add(in BatchRef batch)
        {
            if (batch.LastTimestamp < scan.Query.From || batch.FirstTimestamp > scan.Query.Through) return;
            batches.Add(batch);
            first = Math.Min(first, batch.FirstTimestamp);
            last = Math.Max(last, batch.LastTimestamp);
            bytes += batch.Length;
            if (bytes >= PieceBytes) Plan();
        }

        public void Plan()
        {
            if (batches.Count > 0) scan.Plan(new BatchPiece(journal, batches, first, last, bytes));
            (batches, first, last, bytes) = ([], long.MaxValue, long.MinValue, 0);
        }
    }
}
