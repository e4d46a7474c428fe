using System.Buffers;
using System.Threading.Channels;

namespace Estiba.Logs.Storage;

/// <summary>
/// Appends batches to the newest journal, many with one sync, and tells each caller when theirs is durable. Lives as long as the store;
/// one loop owns the journal.
/// </summary>
internal sealed class JournalWriter : IAsyncDisposable
{
    /// <summary>Callers wait when this many batches are ahead of them.</summary>
    private const int QueueLength = 256;

    private readonly Channel<Pending> queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly EventStoreOptions options;
    private readonly Action<Journal, BatchRef, BatchHeader> published;
    private readonly Func<Journal, Task> journalSealed;
    private readonly Queue<Journal> full = [];
    private readonly Task loop;
    private Journal journal;
    private long nextSequence;
    private bool unusable;

    /// <param name="options">Sizes.</param>
    /// <param name="journal">The newest journal.</param>
    /// <param name="nextSequence">The sequence of the next event, above all that were ever given.</param>
    /// <param name="published">Told of each batch once it is durable, before its caller is.</param>
    /// <param name="journalSealed">Told of each journal that is full; the writer waits for it.</param>
    public JournalWriter(
        EventStoreOptions options,
        Journal journal,
        long nextSequence,
        Action<Journal, BatchRef, BatchHeader> published,
        Func<Journal, Task> journalSealed)
    {
        this.options = options;
        this.journal = journal;
        this.nextSequence = nextSequence;
        this.published = published;
        this.journalSealed = journalSealed;
        loop = Task.Run(RunAsync);
    }

    /// <summary>Stores a batch; it is durable when the task has completed.</summary>
    /// <exception cref="IOException">It could not be stored (a full disk, most likely); nothing of it will be seen.</exception>
    public async Task AppendAsync(StreamKey key, long ingestionTime, IReadOnlyList<NewEvent> events, CancellationToken cancellation)
    {
        var (buffer, length) = BatchFrame.Encode(key, ingestionTime, events);
        var accounted = 0;
        for (var reader = new BatchReader(buffer.AsSpan(0, length)); reader.MoveNext();)
            accounted += reader.Message.Length + StoredEvent.OverheadBytes;

        var pending = new Pending(buffer, length, accounted);
        await queue.Writer.WriteAsync(pending, cancellation);
        await pending.Done.Task;
    }

    /// <summary>Seals the newest journal when anything is in it, whatever its size.</summary>
    public async Task SealAsync(CancellationToken cancellation)
    {
        var pending = new Pending([], 0, 0);
        await queue.Writer.WriteAsync(pending, cancellation);
        await pending.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loop;
        journal.Close();
    }

    private async Task RunAsync()
    {
        var batches = new List<Pending>();
        while (await queue.Reader.WaitToReadAsync())
        {
            var (bytes, seal) = (0L, default(Pending));
            while (seal is null && bytes < options.CommitBytes && queue.Reader.TryRead(out var next))
            {
                if (next.Length == 0) seal = next;
                else batches.Add(next);
                bytes += next.Length;
            }

            if (batches.Count > 0) Commit(batches, bytes);
            batches.Clear();
            if (seal is not null || journal.Length >= options.JournalBytes) seal = Rotate(seal);
            while (full.TryDequeue(out var next)) await journalSealed(next);
            seal?.Complete();
        }
    }

    private void Commit(List<Pending> batches, long bytes)
    {
        var firstSequence = nextSequence;
        foreach (var batch in batches)
        {
            BatchFrame.Seal(batch.Frame.Span, nextSequence);
            nextSequence += BatchFrame.Header(batch.Frame.Span).Count;
        }

        try
        {
            if (unusable) Replace(firstSequence);
            journal.Append(batches.ConvertAll(batch => (ReadOnlyMemory<byte>)batch.Frame), bytes);
        }
        catch (Exception failure)
        {
            // Whatever it is: without an answer the callers would wait for ever.
            Rewind();
            foreach (var batch in batches) batch.Fail(failure);
            return;
        }

        var offset = journal.Length - bytes;
        foreach (var batch in batches)
        {
            var header = BatchFrame.Header(batch.Frame.Span);
            var stored = new BatchRef(
                header.Key.Stream, offset, header.FirstTimestamp, header.LastTimestamp, header.IngestionTime, batch.Length, batch.AccountedBytes, -1);
            published(journal, stored, header);
            offset += batch.Length;
            batch.Complete();
        }
    }

    /// <summary>After a failed append: the file is cut back to what is durable. Where even that fails, the next commit begins another.</summary>
    private void Rewind()
    {
        try
        {
            journal.Rewind();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            unusable = true;
        }
    }

    private void Replace(long firstSequence)
    {
        var next = Journal.Create(options.JournalDirectory, journal.Number + 1, firstSequence);
        full.Enqueue(journal);
        journal = next;
        unusable = false;
    }

    private Pending? Rotate(Pending? seal)
    {
        try
        {
            if (journal.Length > Journal.HeaderBytes) Replace(nextSequence);
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
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
