using System.Buffers;

namespace Estiba.Logs.Storage;

/// <summary>Writes journal batches or segments into a new segment, leaving out the streams that are gone. One block of each input is in memory.</summary>
internal static class SegmentMerge
{
    /// <summary>Sorts a group's part of a journal.</summary>
    public static void Write(JournalSlice slice, SegmentWriter target, IReadOnlySet<long> gone)
    {
        foreach (var stream in slice.Streams.Where(stream => !gone.Contains(stream)).Order())
            WriteStream(slice, stream, target);
    }

    /// <summary>Merges segments.</summary>
    public static void Write(IReadOnlyList<Segment> segments, SegmentWriter target, IReadOnlySet<long> gone)
    {
        var cursors = new List<Cursor>();
        try
        {
            foreach (var segment in segments) cursors.Add(new Cursor(SegmentReader.Open(segment)));

            var heads = new PriorityQueue<Cursor, (long, EventPosition)>();
            foreach (var cursor in cursors)
                if (cursor.MoveNext()) heads.Enqueue(cursor, cursor.Key);

            while (heads.TryPeek(out var cursor, out _))
            {
                var item = cursor.Current;
                if (!gone.Contains(item.Stream)) target.Add(item.Stream, item.Position, item.IngestionTime, item.Message);
                if (cursor.MoveNext()) heads.DequeueEnqueue(cursor, cursor.Key);
                else heads.Dequeue();
            }
        }
        finally
        {
            foreach (var cursor in cursors) cursor.Dispose();
        }
    }

    private static void WriteStream(JournalSlice slice, long stream, SegmentWriter target)
    {
        var batches = slice.Of(stream);
        var buffer = ArrayPool<byte>.Shared.Rent(batches.Sum(batch => batch.Length));
        var events = new List<(EventPosition Position, long IngestionTime, int At, int Length)>();
        var start = 0;
        foreach (var batch in batches)
        {
            var frame = buffer.AsSpan(start, batch.Length);
            slice.Journal.Read(frame, batch.Offset);
            for (var reader = new BatchReader(frame); reader.MoveNext();)
                events.Add((reader.Position, batch.IngestionTime, start + reader.MessageAt, reader.Message.Length));
            start += batch.Length;
        }

        events.Sort(static (left, right) => left.Position.CompareTo(right.Position));
        foreach (var (position, ingestionTime, at, length) in events)
            target.Add(stream, position, ingestionTime, buffer.AsSpan(at, length));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private sealed class Cursor(SegmentReader reader) : IDisposable
    {
        private readonly BlockEntry[] blocks = reader.ReadBlocks();
        private int next;
        private byte[] raw = [];
        private EventBlock.Reader events;

        public ref readonly EventBlock.Reader Current => ref events;

        public (long Stream, EventPosition Position) Key => (events.Stream, events.Position);

        public bool MoveNext()
        {
            while (raw.Length == 0 || !events.MoveNext())
            {
                Free();
                if (next == blocks.Length) return false;
                raw = reader.ReadBlock(blocks[next]);
                events = new EventBlock.Reader(raw, blocks[next].RawLength);
                next++;
            }

            return true;
        }

        public void Dispose()
        {
            Free();
            reader.Dispose();
        }

        private void Free()
        {
            if (raw.Length > 0) ArrayPool<byte>.Shared.Return(raw);
            raw = [];
        }
    }
}
