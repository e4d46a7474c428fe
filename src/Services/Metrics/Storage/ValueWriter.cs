using System.Buffers;
using System.Threading.Channels;
using Estiba.Files;

namespace Estiba.Metrics.Storage;

/// <summary>
/// Appends values to the newest journal, those of many callers with one sync, and tells each when theirs are durable
/// and can be read. One loop owns the journal.
/// </summary>
internal sealed class ValueWriter : IAsyncDisposable
{
    /// <summary>Callers wait when so many are ahead of them.</summary>
    private const int QueueLength = 256;

    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true }
    );
    private readonly StorageState _state;
    private readonly Maintenance _maintenance;
    private readonly Task _loop;
    private long _nextJournal;
    private bool _unusable;

    /// <param name="state">What is kept.</param>
    /// <param name="maintenance">Makes blocks of journals that are full.</param>
    /// <param name="nextJournal">A number above all that were ever given.</param>
    internal ValueWriter(StorageState state, Maintenance maintenance, long nextJournal)
    {
        (_state, _maintenance, _nextJournal) = (state, maintenance, nextJournal);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Stores values; they are durable, and read, when the task has completed.</summary>
    /// <exception cref="IOException">They could not be stored; nothing of them will be seen.</exception>
    internal async Task PutAsync(Scope scope, IReadOnlyList<Measurement> values, CancellationToken cancellation)
    {
        var pending = new Pending(scope, values);
        await _queue.Writer.WriteAsync(pending, cancellation);
        await pending.Done.Task;
    }

    /// <summary>Ends the newest journal when anything is in it, whatever its size.</summary>
    internal async Task SealAsync(CancellationToken cancellation)
    {
        var pending = new Pending(default, []);
        await _queue.Writer.WriteAsync(pending, cancellation);
        await pending.Done.Task;
    }

    /// <summary>Ends when all that was put is stored.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private JournalHead? Active => _state.Current.Heads is [.., var last] ? last : null;

    private async Task RunAsync()
    {
        var frame = new ArrayBufferWriter<byte>(64 << 10);
        var batch = new List<Pending>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            var (size, seal) = (0, default(Pending));
            while (seal is null && size < _state.Options.CommitBytes && _queue.Reader.TryRead(out var next))
            {
                if (next.Values.Count == 0)
                    seal = next;
                else
                    batch.Add(next);
                // About what a value takes; a commit may become longer by one request.
                size += next.Values.Sum(value => 32 + 16 * (value.Values.Values?.Size ?? 0));
            }

            if (batch.Count > 0)
                Commit(batch, frame);
            batch.Clear();
            if (Active is { Log.IsEmpty: false } full && (seal is not null || IsFull(full)))
                await SealAsync(full, seal);
            else
                seal?.Complete();
        }
    }

    private bool IsFull(JournalHead journal) =>
        journal.Log.Length >= _state.Options.JournalBytes || journal.Head.Bytes >= _state.Options.HeadBytes;

    private void Commit(List<Pending> batch, ArrayBufferWriter<byte> frame)
    {
        var added = new List<StoredSeries>();
        try
        {
            var journal = Usable();
            var series = Encode(batch, frame, added);
            journal.Log.Append(frame.WrittenSpan);
            journal.Head.NewSeries.AddRange(added);
            Apply(batch, series, journal.Head);
        }
        catch (Exception failure)
        {
            // Whatever it is: without an answer the callers would wait for ever.
            _state.Series.Remove(added);
            Rewind();
            foreach (var pending in batch)
                pending.Fail(failure);
            return;
        }

        foreach (var pending in batch)
            pending.Complete();
    }

    private JournalHead Usable()
    {
        if (Active is { } active && !_unusable)
        {
            if (active.Head.Bytes > 2 * _state.Options.HeadBytes)
                throw new IOException("What was measured cannot be made blocks of, and there is no room for more.");
            return active;
        }

        var number = _nextJournal++;
        var path = Maintenance.JournalPath(_state.Options, number);
        var begun = new JournalHead(number, FrameLog.Create(path), new Head(), _state.Time.GetUtcNow());
        _state.Catalog.Add(_state.Catalog.NameOf(path));
        _state.Change(current => current with { Heads = [.. current.Heads, begun] });
        if (_unusable)
            _maintenance.Enqueue();
        _unusable = false;
        return begun;
    }

    private StoredSeries[] Encode(List<Pending> batch, ArrayBufferWriter<byte> frame, List<StoredSeries> added)
    {
        var all = new StoredSeries[batch.Sum(pending => pending.Values.Count)];
        var at = 0;
        foreach (var pending in batch)
        {
            foreach (var value in pending.Values)
            {
                var series = _state.Series.GetOrAdd(
                    pending.Scope,
                    value.Metric,
                    value.Unit,
                    Math.Min(value.Time, _state.Now),
                    out var isNew
                );
                if (isNew)
                    added.Add(series);
                all[at++] = series;
            }
        }

        frame.ResetWrittenCount();
        FrameLog.Begin(frame);
        Varint.Write(frame, (ulong)added.Count);
        foreach (var series in added)
            Frame.Write(frame, series);
        Varint.Write(frame, (ulong)all.Length);
        at = 0;
        foreach (var pending in batch)
        {
            foreach (var value in pending.Values)
                Frame.Write(frame, all[at++].Id, value.Time, value.IsHighResolution, value.Values);
        }

        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(frame.WrittenMemory, out var written);
        FrameLog.Seal(written);
        return all;
    }

    private static void Apply(List<Pending> batch, StoredSeries[] series, Head head)
    {
        var at = 0;
        foreach (var pending in batch)
        {
            foreach (var value in pending.Values)
            {
                series[at].Note(value.Time);
                head.Add(series[at++].Id, value.Time, value.IsHighResolution, value.Values);
            }
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
            Active?.Log.Rewind();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _unusable = true;
        }
    }

    private async Task SealAsync(JournalHead full, Pending? seal)
    {
        // While blocks cannot be made, the journal that is there goes on growing, until there is no room for more.
        if (!await _maintenance.AwaitRoomAsync())
        {
            seal?.Fail(new IOException("What was measured cannot be made blocks of."));
            return;
        }

        try
        {
            _unusable = true;
            Usable();
            seal?.Complete();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _unusable = full.Log != Active?.Log;
            seal?.Fail(failure);
        }
    }

    private sealed class Pending(Scope scope, IReadOnlyList<Measurement> values)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Scope Scope => scope;

        public IReadOnlyList<Measurement> Values => values;

        public void Complete() => Done.SetResult();

        public void Fail(Exception failure) => Done.SetException(new IOException(failure.Message, failure));
    }
}
