using System.Buffers;
using System.Threading.Channels;

namespace Estiba.Files.Segments;

/// <summary>
/// Appends batches to the newest journal, many with one sync, and tells each caller when theirs is durable. Lives as
/// long as the store; one loop owns the journal.
/// </summary>
internal sealed class JournalWriter : IAsyncDisposable
{
    /// <summary>Callers wait when this many batches are ahead of them.</summary>
    private const int QueueLength = 256;

    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true }
    );
    private readonly SegmentStoreOptions _options;
    private readonly FileCatalog _catalog;
    private readonly Action<Journal, BatchRef, BatchHeader> _published;
    private readonly Func<Journal, Task> _journalSealed;
    private readonly Queue<Journal> _full = [];
    private readonly Task _loop;
    private Journal _journal;
    private long _nextSequence;
    private bool _unusable;

    /// <param name="options">Sizes.</param>
    /// <param name="catalog">Told of each journal that is begun.</param>
    /// <param name="journal">The newest journal.</param>
    /// <param name="nextSequence">The sequence of the next record, above all that were ever given.</param>
    /// <param name="published">Told of each batch once it is durable, before its caller is.</param>
    /// <param name="journalSealed">Told of each journal that is full; the writer waits for it.</param>
    public JournalWriter(
        SegmentStoreOptions options,
        FileCatalog catalog,
        Journal journal,
        long nextSequence,
        Action<Journal, BatchRef, BatchHeader> published,
        Func<Journal, Task> journalSealed
    )
    {
        _options = options;
        _catalog = catalog;
        _journal = journal;
        _nextSequence = nextSequence;
        _published = published;
        _journalSealed = journalSealed;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Stores a batch; it is durable when the task has completed.</summary>
    /// <exception cref="IOException">It could not be stored (a full disk, most likely); nothing of it will be
    /// seen.</exception>
    public async Task AppendAsync<TRecord>(
        StreamKey key,
        long ingestionTime,
        IReadOnlyList<TRecord> records,
        CancellationToken cancellation
    )
        where TRecord : IRecord
    {
        var (buffer, length) = BatchFrame.Encode(key, ingestionTime, records);
        var accounted = 0;
        for (var reader = new BatchReader(buffer.AsSpan(0, length)); reader.MoveNext(); )
            accounted += reader.Payload.Length + _options.Kind.OverheadBytes;

        var pending = new Pending(buffer, length, accounted);
        await _queue.Writer.WriteAsync(pending, cancellation);
        await pending.Done.Task;
    }

    /// <summary>Seals the newest journal when anything is in it, whatever its size.</summary>
    public async Task SealAsync(CancellationToken cancellation)
    {
        var pending = new Pending([], 0, 0);
        await _queue.Writer.WriteAsync(pending, cancellation);
        await pending.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        _journal.Close();
    }

    private async Task RunAsync()
    {
        var batches = new List<Pending>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            var (bytes, seal) = (0L, default(Pending));
            while (seal is null && bytes < _options.CommitBytes && _queue.Reader.TryRead(out var next))
            {
                if (next.Length == 0)
                    seal = next;
                else
                    batches.Add(next);
                bytes += next.Length;
            }

            if (batches.Count > 0)
                Commit(batches, bytes);
            batches.Clear();
            if (seal is not null || _journal.Length >= _options.JournalBytes)
                seal = Rotate(seal);
            while (_full.TryDequeue(out var next))
                await _journalSealed(next);
            seal?.Complete();
        }
    }

    private void Commit(List<Pending> batches, long bytes)
    {
        var firstSequence = _nextSequence;
        foreach (var batch in batches)
        {
            BatchFrame.Seal(batch.Frame.Span, _nextSequence);
            _nextSequence += BatchFrame.Header(batch.Frame.Span).Count;
        }

        try
        {
            if (_unusable)
                Replace(firstSequence);
            _journal.Append(batches.ConvertAll(batch => (ReadOnlyMemory<byte>)batch.Frame), bytes);
        }
        catch (Exception failure)
        {
            // Whatever it is: without an answer the callers would wait for ever.
            Rewind();
            foreach (var batch in batches)
                batch.Fail(failure);
            return;
        }

        var offset = _journal.Length - bytes;
        foreach (var batch in batches)
        {
            var header = BatchFrame.Header(batch.Frame.Span);
            var stored = new BatchRef(
                header.Key.Stream,
                offset,
                header.FirstTimestamp,
                header.LastTimestamp,
                header.IngestionTime,
                batch.Length,
                batch.AccountedBytes,
                -1
            );
            _published(_journal, stored, header);
            offset += batch.Length;
            batch.Complete();
        }
    }

    /// <summary>
    /// After a failed append: the file is cut back to what is durable. Where even that fails, the next commit begins
    /// another.
    /// </summary>
    private void Rewind()
    {
        try
        {
            _journal.Rewind();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _unusable = true;
        }
    }

    private void Replace(long firstSequence)
    {
        var next = Journal.Create(_options.JournalDirectory, _journal.Number + 1, firstSequence);
        _catalog.Add(_catalog.NameOf(next.Path));
        _full.Enqueue(_journal);
        _journal = next;
        _unusable = false;
    }

    private Pending? Rotate(Pending? seal)
    {
        try
        {
            if (_journal.Length > Journal.HeaderBytes)
                Replace(_nextSequence);
            return seal;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The journal that is there goes on growing until another can be made.
            seal?.Fail(failure);
            return null;
        }
    }

    private sealed class Pending(byte[] buffer, int length, int accountedBytes)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Memory<byte> Frame => buffer.AsMemory(0, length);

        public int Length => length;

        public int AccountedBytes => accountedBytes;

        public void Complete()
        {
            Free();
            Done.SetResult();
        }

        public void Fail(Exception failure)
        {
            Free();
            Done.SetException(new IOException(failure.Message, failure));
        }

        private void Free()
        {
            if (buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
