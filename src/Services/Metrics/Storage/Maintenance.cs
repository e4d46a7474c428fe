using System.Buffers;
using System.Globalization;
using Estiba.Files;
using Estiba.Metrics.Series;
using Microsoft.Extensions.Logging;

namespace Estiba.Metrics.Storage;

/// <summary>
/// Makes blocks of full journals, merges blocks that become many, makes coarser ones of what is too old, and deletes
/// what nobody may read any more. One thing at a time, in the background.
/// </summary>
/// <remarks>
/// A file takes the place of others, or of a journal, once it is whole and on the disk; a crash at any point leaves
/// either or both, and <see cref="BlockName"/> tells which holds what (<see cref="Recovery"/>).
/// </remarks>
internal sealed partial class Maintenance : IAsyncDisposable
{
    /// <summary>Files of a window are merged when so many are of about the same size.</summary>
    private const int MergedFiles = 4;

    private readonly StorageState _state;
    private readonly SemaphoreSlim _one = new(1);
    private readonly SemaphoreSlim _wake = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private volatile bool _isFailing;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Maintenance(StorageState state)
    {
        _state = state;
        _loop = Task.Run(RunAsync);
    }

    internal static string JournalPath(StorageOptions options, long number) =>
        Path.Combine(options.JournalDirectory, number.ToString("D19", CultureInfo.InvariantCulture) + ".journal");

    /// <summary>There is a journal that is not written any more.</summary>
    internal void Enqueue() => _wake.Release();

    /// <summary>Waits until there are not too many full journals.</summary>
    /// <returns>False when there will not be soon, since blocks cannot be made.</returns>
    internal async Task<bool> AwaitRoomAsync()
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (_state.Current.Heads.Count <= _state.Options.FullJournals)
                return true;
            if (_isFailing)
                return false;
            await changed;
        }
    }

    /// <summary>Waits until everything but the newest journal has become blocks.</summary>
    /// <exception cref="IOException">It could not be done.</exception>
    internal Task FlushAsync(CancellationToken cancellation) => ExclusiveAsync(FlushAll, cancellation);

    /// <summary>Makes coarser blocks of what is too old, and deletes what nobody may read any more.</summary>
    /// <exception cref="IOException">It could not be done.</exception>
    internal Task AgeAsync(CancellationToken cancellation) => ExclusiveAsync(Age, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
        _wake.Dispose();
        _one.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync(_stop.Token);
                while (!await TryFlushAsync())
                    await Task.Delay(_state.Options.RetryDelay, _state.Time, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The store is being closed; the next start finds the journals.
        }
    }

    private async Task<bool> TryFlushAsync()
    {
        try
        {
            await FlushAsync(_stop.Token);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whatever it is: if nobody made blocks any more, the writers would soon wait for ever.
            _isFailing = true;
            Changed();
            if (_state.Logger is not null)
                Log.Failed(_state.Logger, failure);
            return false;
        }
    }

    private void Changed() =>
        Interlocked
            .Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
            .TrySetResult();

    private async Task ExclusiveAsync(Action<CancellationToken> work, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            await Task.Run(() => work(cancellation), cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    private void FlushAll(CancellationToken cancellation)
    {
        while (_state.Current.Heads is [var oldest, _, ..])
        {
            cancellation.ThrowIfCancellationRequested();
            Flush(oldest, cancellation);
            _isFailing = false;
            Changed();
        }
    }

    private void Flush(JournalHead journal, CancellationToken cancellation)
    {
        SeriesList.Append(_state, journal.Head.NewSeries);
        var made = Blocks(journal, cancellation);
        _state.Catalog.Remove(_state.Catalog.NameOf(journal.Log.Path));
        Discard(journal.Log.Path, journal.Log.IsDamaged);
        DurableDirectory.Sync(_state.Options.JournalDirectory);
        _state.Change(current => new StorageSnapshot(
            [.. current.Heads.Where(other => other.Number != journal.Number)],
            current.Blocks.With(made, [])
        ));
        journal.Log.Dispose();
        foreach (var file in made)
            Merge(file.Name.Tier, file.Name.Window, cancellation);
    }

    private List<BlockFile> Blocks(JournalHead journal, CancellationToken cancellation)
    {
        var made = new List<BlockFile>();
        try
        {
            foreach (var (tier, window) in journal.Head.Windows())
            {
                cancellation.ThrowIfCancellationRequested();
                var name = new BlockName(tier, window, journal.Number, journal.Number);
                if (tier.Coarser is null && name.End + tier.Retention <= _state.Now)
                    continue;
                if (Write(name, SeriesIn(journal.Head, name)) is { } file)
                    made.Add(file);
            }

            return made;
        }
        catch
        {
            // They are made once more.
            made.ForEach(file => file.Dispose());
            throw;
        }
    }

    private static IEnumerable<(uint Series, List<TimedSummary> Points)> SeriesIn(Head head, BlockName name)
    {
        var points = new List<TimedSummary>();
        foreach (var series in head.Series)
        {
            points.Clear();
            head.Read(series, name.Tier, name.Window, name.End, points.Add);
            yield return (series, points);
        }
    }

    private void Merge(Tier tier, long window, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var files = _state.Current.Blocks.In(tier, window);
            var (start, size) = (files.Length - 1, files.Length > 0 ? files[^1].Length : 0);
            while (start > 0 && files[start - 1].Length <= 2 * size)
                size += files[--start].Length;
            if (files.Length - start < MergedFiles)
                return;
            Rewrite(files[start..], tier);
        }
    }

    private void Age(CancellationToken cancellation)
    {
        var now = _state.Now;
        var isGone = false;
        foreach (var tier in Tier.All)
        {
            foreach (var window in _state.Current.Blocks.Windows(tier).Order().ToList())
            {
                cancellation.ThrowIfCancellationRequested();
                if (window + tier.Window + tier.Retention > now)
                    continue;
                var files = _state.Current.Blocks.In(tier, window);
                if (tier.Coarser is { } coarser)
                    Rewrite(files, coarser);
                else
                    Replace(files, null, damaged: []);
                isGone |= tier == Tier.Hours;
            }
        }

        if (isGone)
            Forget();
    }

    /// <summary>Forgets the series of which nothing is kept any more.</summary>
    private void Forget()
    {
        var known = new HashSet<uint>();
        var current = _state.Current;
        try
        {
            foreach (var file in current.Blocks.All)
                known.UnionWith(file.Entries().Select(entry => entry.Series));
        }
        catch (InvalidDataException damaged)
        {
            _state.Report(_state.Options.BlockDirectory, damaged);
            return;
        }

        var oldest = _state.Now - Tier.Hours.Retention;
        var gone = _state.Series.All.Where(series => series.LastValue < oldest && !known.Contains(series.Id)).ToList();
        if (gone.Count == 0)
            return;
        _state.Series.Remove(gone);
        SeriesList.Write(_state);
    }

    private void Rewrite(BlockFile[] files, Tier tier)
    {
        var name = new BlockName(tier, files[0].Name.Window, files[0].Name.First, files[^1].Name.Last);
        var damaged = new HashSet<BlockFile>();
        var merge = new BlockMerge(files, tier, (file, series, fault) =>
        {
            damaged.Add(file);
            _state.Report(file.Path, fault, series);
        });
        Replace(files, Write(name, merge.Series()), damaged);
    }

    private void Replace(BlockFile[] files, BlockFile? made, HashSet<BlockFile> damaged)
    {
        _state.Change(current => current with { Blocks = current.Blocks.With(made is null ? [] : [made], files) });
        _state.Catalog.Remove(files.Select(file => file.Name.Path));
        foreach (var file in files)
        {
            file.Dispose();
            Discard(file.Path, damaged.Contains(file));
        }
    }

    private BlockFile? Write(BlockName name, IEnumerable<(uint Series, List<TimedSummary> Points)> series)
    {
        var path = Path.Combine(_state.Options.Directory, name.Path);
        DurableDirectory.Create(Path.GetDirectoryName(path)!);
        var isEmpty = false;
        try
        {
            WriteFile();
        }
        catch
        {
            // On a full disk what was begun would take the room of what comes next.
            File.Delete(path + DurableFile.Unfinished);
            throw;
        }

        if (isEmpty)
        {
            File.Delete(path);
            return null;
        }

        _state.Catalog.Add(name.Path);
        return BlockFile.Open(path, name);

        void WriteFile() => DurableFile.Write(path, durably: true, stream =>
            {
                // Not disposed of, since the stream would be with it.
                var buffered = new BufferedStream(stream, 256 << 10);
                var writer = new BlockWriter(buffered);
                var chunk = new BitWriter();
                foreach (var (id, points) in series)
                {
                    if (points.Count == 0)
                        continue;
                    var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(points);
                    Chunk.Write(chunk, span, name.Window, name.Tier.Resolution);
                    writer.Add(id, span[^1].Time, chunk.Bytes);
                }

                isEmpty = writer.IsEmpty;
                writer.Finish();
                buffered.Flush();
                stream.Flush();
            });
    }

    private static void Discard(string path, bool isDamaged)
    {
        try
        {
            if (isDamaged)
                Aside.Move(path);
            else
                File.Delete(path);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // Somebody else deleted it, which the next start would have told.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "What was measured stays in the journal: no blocks could be made of it, which is tried again"
        )]
        internal static partial void Failed(ILogger logger, Exception failure);
    }
}
