using System.Buffers;

namespace Estiba.Files.Segments;

/// <summary>
/// Writes journal batches or segments into a new segment, leaving out the streams that are gone. One block of each
/// input is in memory.
/// </summary>
internal static class SegmentMerge
{
    /// <summary>Sorts a group's part of a journal.</summary>
    public static void Write(JournalSlice slice, SegmentWriter target, IReadOnlySet<long> gone, StoreFiles files)
    {
        foreach (var stream in slice.Streams.Where(stream => !gone.Contains(stream)).Order())
            WriteStream(slice, stream, target, files);
    }

    /// <summary>Merges segments.</summary>
    public static void Write(
        IReadOnlyList<Segment> segments,
        SegmentWriter target,
        IReadOnlySet<long> gone,
        StoreFiles files
    )
    {
        var cursors = new List<Cursor>();
        try
        {
            foreach (var segment in segments)
                if (segment.TryOpen(files) is { } reader)
                    cursors.Add(new Cursor(segment, reader, files));

            var heads = new PriorityQueue<Cursor, (long, RecordPosition)>();
            foreach (var cursor in cursors)
                if (cursor.MoveNext())
                    heads.Enqueue(cursor, cursor.Key);

            while (heads.TryPeek(out var cursor, out _))
            {
                var item = cursor.Current;
                if (!gone.Contains(item.Stream))
                    target.Add(item.Stream, item.Position, item.IngestionTime, item.Payload);
                if (cursor.MoveNext())
                    heads.DequeueEnqueue(cursor, cursor.Key);
                else
                    heads.Dequeue();
            }
        }
        finally
        {
            foreach (var cursor in cursors)
                cursor.Dispose();
        }
    }

    private static void WriteStream(JournalSlice slice, long stream, SegmentWriter target, StoreFiles files)
    {
        var batches = slice.Of(stream);
        var buffer = ArrayPool<byte>.Shared.Rent(batches.Sum(batch => batch.Length));
        var records = new List<(RecordPosition Position, long IngestionTime, int At, int Length)>();
        var start = 0;
        foreach (var batch in batches)
        {
            var frame = buffer.AsSpan(start, batch.Length);
            if (!slice.Journal.TryRead(batch, frame, files))
                continue;
            for (var reader = new BatchReader(frame); reader.MoveNext(); )
                records.Add((reader.Position, batch.IngestionTime, start + reader.PayloadAt, reader.Payload.Length));
            start += batch.Length;
        }

        records.Sort(static (left, right) => left.Position.CompareTo(right.Position));
        foreach (var (position, ingestionTime, at, length) in records)
            target.Add(stream, position, ingestionTime, buffer.AsSpan(at, length));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private sealed class Cursor(Segment segment, SegmentReader reader, StoreFiles files) : IDisposable
    {
        private readonly BlockEntry[] _blocks = segment.Blocks(reader, files);
        private int _next;
        private byte[] _raw = [];
        private RecordBlock.Reader _events;

        public ref readonly RecordBlock.Reader Current => ref _events;

        public (long Stream, RecordPosition Position) Key => (_events.Stream, _events.Position);

        public bool MoveNext()
        {
            while (_raw.Length == 0 || !_events.MoveNext())
            {
                Free();
                if (_next == _blocks.Length)
                    return false;
                var block = _blocks[_next++];
                _raw = segment.TryRead(reader, block, files) ?? [];
                if (_raw.Length > 0)
                    _events = new RecordBlock.Reader(_raw, block.RawLength);
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
            if (_raw.Length > 0)
                ArrayPool<byte>.Shared.Return(_raw);
            _raw = [];
        }
    }
}
