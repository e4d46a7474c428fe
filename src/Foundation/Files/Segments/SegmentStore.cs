using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Estiba.Files.Segments;

/// <summary>
/// Time-ordered records on disk. Batches of all streams are appended to one journal, so that one sync makes many of
/// them durable; full journals are sorted into compressed segments per group, which are merged as they become many.
/// One process has the directory open.
/// </summary>
/// <remarks>
/// <code>
/// journal/{number}.journal             batches as they arrived, plain
/// groups/{group}/{first}-{last}.segment  the group's records from those journals, by stream and time, compressed
/// catalog                              the names of all of these
/// </code> A batch is acknowledged when the journal is synced. A segment takes the place of a journal's part, or of
/// other segments, once it is whole and synced; a crash at any point leaves either or both, and the journal numbers in
/// the name tell which holds what. A journal that is in a segment's name is never written on.
/// </remarks>
public sealed partial class SegmentStore : IAsyncDisposable
{
    private readonly SegmentStoreOptions _options;
    private readonly ILiveStreams _live;
    private readonly StoreFiles _files;
    private readonly ConcurrentDictionary<long, RecordGroup> _groups = new();
    private readonly FileLock _directoryLock;
    private readonly Maintenance _maintenance;
    private readonly JournalWriter _writer;

    private SegmentStore(
        SegmentStoreOptions options,
        ILiveStreams live,
        TimeProvider time,
        ILogger? logger,
        Damage damage
    )
    {
        _options = options;
        _live = live;
        DurableDirectory.Create(options.JournalDirectory);
        DurableDirectory.Create(options.GroupsDirectory);
        _directoryLock = FileLock.TakeDirectory(options.Directory, $"The {options.Kind.Name} {options.Kind.Records}");
        var journals = new List<Journal>();
        try
        {
            _files = new StoreFiles(
                options.Kind,
                new FileDirectory(options.Directory),
                FileCatalog.Open(options.Directory, () => Present(options), damage),
                damage,
                logger
            );
            RemoveDeleted();
            LookForMissing();
            Recover(journals, time, out var nextSequence);
            _maintenance = new Maintenance(options, live, _groups, time, _files);
            foreach (var full in journals[..^1])
                _maintenance.Enqueue(full);
            _writer = new JournalWriter(
                options,
                _files.Catalog,
                journals[^1],
                nextSequence,
                Publish,
                _maintenance.AcceptAsync
            );
        }
        catch
        {
            foreach (var journal in journals)
                journal.Close();
            _files?.Catalog.Dispose();
            _directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Makes the catalog of the files that are there, which must be all that there should be: for who puts files back
    /// where no store is open yet.
    /// </summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public static void MakeCatalog(SegmentStoreOptions options) =>
        FileCatalog.Open(options.Directory, () => Present(options), new Damage()).Dispose();

    /// <summary>Opens the store and recovers what an earlier process left.</summary>
    /// <exception cref="IOException">The directory cannot be used, or another process has it open.</exception>
    /// <exception cref="InvalidDataException">Everything is gone that was in it; the message says what to
    /// do.</exception>
    public static Task<SegmentStore> OpenAsync(
        SegmentStoreOptions options,
        ILiveStreams live,
        TimeProvider time,
        ILogger? logger = null,
        Damage? damage = null
    ) => Task.Run(() => new SegmentStore(options, live, time, logger, damage ?? new Damage(logger)));

    /// <summary>Stores a batch; it is durable, and every later read sees it, when the task has completed.</summary>
    /// <exception cref="IOException">It could not be stored (a full disk, most likely); nothing of it will be
    /// seen.</exception>
    /// <exception cref="ArgumentException">It is empty, or longer than 64 MiB.</exception>
    public Task AppendAsync<TRecord>(
        StreamKey key,
        long ingestionTime,
        IReadOnlyList<TRecord> records,
        CancellationToken cancellation = default
    )
        where TRecord : IRecord => _writer.AppendAsync(key, ingestionTime, records, cancellation);

    /// <summary>Reads a page; the work is done before this returns.</summary>
    public RecordPage Read(RecordQuery query, CancellationToken cancellation = default)
    {
        using var view = Group(query.Group).View(query.Streams);
        using var scan = new RecordScan(query, view, _files);
        return scan.Execute(cancellation);
    }

    /// <summary>
    /// How many groups have their segments' names and streams' statistics in memory; the others lie idle.
    /// </summary>
    public int LoadedGroups => _groups.Values.Count(group => group.IsLoaded);

    /// <summary>What is known of a stream; null when no record was ever stored in it.</summary>
    public StreamStatistics? Statistics(StreamKey key) => Group(key.Group).Statistics(key.Stream);

    /// <summary>
    /// The bytes of a group's records, counted with each one's <see cref="RecordKind.OverheadBytes"/>.
    /// </summary>
    public long StoredBytes(long group) => Group(group).StoredBytes();

    /// <summary>
    /// Hides a stream's records, after the stream itself is gone; <see cref="CleanAsync"/> frees their space.
    /// </summary>
    public void DeleteStream(StreamKey key) => Group(key.Group).DeleteStream(key.Stream);

    /// <summary>
    /// Removes a group's records, after the group itself is gone; the space is freed in the background.
    /// </summary>
    public void DeleteGroup(long group)
    {
        if (_groups.TryRemove(group, out var log))
            log.Delete();
        _maintenance.Remove(FolderOf(group), log);
    }

    /// <summary>
    /// Drops segments whose records are all older, and rewrites those in which much belongs to deleted streams.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="expiredBefore">Milliseconds since 1970; null keeps everything.</param>
    /// <param name="cancellation">Stops between two segments.</param>
    public Task CleanAsync(long group, long? expiredBefore, CancellationToken cancellation = default) =>
        _maintenance.CleanAsync(Group(group), expiredBefore, cancellation);

    /// <summary>Whether nothing is left of a group that was deleted.</summary>
    public bool IsGone(long group) => !Directory.Exists(_files.Store.Locate(FolderOf(group)));

    /// <summary>The streams that have records in the group's segments.</summary>
    public IReadOnlySet<long> StreamsInSegments(long group) =>
        Group(group)
            .Segments()
            .SelectMany(segment => segment.Streams(_files))
            .Select(entry => entry.Stream)
            .ToHashSet();

    /// <summary>Seals the newest journal and waits until everything is sorted into segments.</summary>
    /// <exception cref="IOException">It could not be (a full disk, most likely); the records stay in the journals, and
    /// it is tried again.</exception>
    public async Task FlushAsync(CancellationToken cancellation = default)
    {
        await _writer.SealAsync(cancellation);
        await _maintenance.FlushAsync(cancellation);
    }

    /// <summary>Closes the files; what was stored is found again.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _maintenance.DisposeAsync();
        _files.Catalog.Dispose();
        _directoryLock.Dispose();
    }

    private RecordGroup Group(long group) =>
        _groups.GetOrAdd(
            group,
            static (id, store) => new RecordGroup(id, FolderOf(id), store._live, store._files),
            this
        );

    private static string FolderOf(long group) =>
        SegmentStoreOptions.GroupsFolder + "/" + group.ToString("x16", CultureInfo.InvariantCulture);

    private void Publish(Journal journal, BatchRef batch, BatchHeader header) =>
        Group(header.Key.Group).Publish(journal, batch);

    /// <summary>
    /// Says which files are missing. A single one leaves the others readable; that all are gone is no accident of one
    /// file.
    /// </summary>
    private void LookForMissing()
    {
        var missing = _files
            .Catalog.Names.Where(name => IsMissing(_options.Directory, name))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (missing.Count == 0)
            return;
        if (!_options.AcceptsLoss)
            RefuseWithout(missing);
        foreach (var name in missing)
            _files.Damage.Report(name, MissingFile.Sentence(_options, name));

        // They are said to be missing once, and not at every start, where that was accepted.
        if (_options.AcceptsLoss)
            _files.Catalog.Remove(missing);
    }

    /// <summary>
    /// A segment whose journal is still there is not: a crash came between the two, or it is written once more.
    /// </summary>
    internal static bool IsMissing(string directory, string name) =>
        !File.Exists(Path.Combine(directory, name))
        && !(
            SegmentName.TryParse(name, out var segment)
            && segment.FirstJournal == segment.LastJournal
            && File.Exists(Journal.PathOf(Path.Combine(directory, "journal"), segment.FirstJournal))
        );

    private static IEnumerable<string> Present(SegmentStoreOptions options) =>
        Journal
            .List(options.JournalDirectory)
            .Select(journal => journal.Path)
            .Concat(
                Directory
                    .EnumerateFiles(options.GroupsDirectory, "*", SearchOption.AllDirectories)
                    .Where(path => SegmentName.TryParse(path, out _))
            );

    private void RefuseWithout(List<string> missing)
    {
        foreach (var (kind, directory) in new[] { ("journals", "journal/"), ("segments", "groups/") })
        {
            var known = _files.Catalog.Names.Count(name => name.StartsWith(directory, StringComparison.Ordinal));
            var gone = missing.FindAll(name => name.StartsWith(directory, StringComparison.Ordinal));
            if (known == 0 || gone.Count < known)
                continue;
            throw new InvalidDataException(
                $"All {_options.Kind.Name} {kind} are missing from {_options.Directory}, the first of {gone.Count} "
                    + $"is {gone[0]}. "
                    + "Restore a backup (estiba restore), choose another data directory with --data, or go on "
                    + "without what is missing with --accept-loss."
            );
        }
    }

    /// <summary>Finds the journals that are there, oldest first; the last one is written on.</summary>
    private void Recover(List<Journal> journals, TimeProvider time, out long nextSequence)
    {
        var next = 0L;
        foreach (var (number, path) in Journal.List(_options.JournalDirectory))
        {
            var journal = Journal.Recover(
                path,
                number,
                (found, batch, header) =>
                {
                    Publish(found, batch, header);
                    next = Math.Max(next, header.FirstSequence + header.Count);
                },
                _files
            );
            if (journal is null)
                continue;
            journals.Add(journal);
            _files.Catalog.Add(_files.Catalog.NameOf(path));
            next = Math.Max(next, journal.FirstSequence);
        }

        // A segment holds the newest journal where a backup was taken between the copies of the two. What would be
        // written into that journal now would be passed over as if it were sorted already.
        var held = SegmentsIn(_options).Select(name => name.LastJournal).DefaultIfEmpty().Max();
        var last = journals.Count == 0 ? 0 : journals[^1].Number;
        if (journals.Count == 0 || held >= last)
        {
            // Beginning at the time, no sequence or journal number comes again whatever was removed.
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            next = Math.Max(next, Math.Max(1, now << 20));
            var first = Journal.Create(_options.JournalDirectory, Math.Max(now, Math.Max(held, last) + 1), next);
            journals.Add(first);
            _files.Catalog.Add(_files.Catalog.NameOf(first.Path));
        }

        nextSequence = next;
    }

    private static IEnumerable<SegmentName> SegmentsIn(SegmentStoreOptions options)
    {
        foreach (var path in Directory.EnumerateFiles(options.GroupsDirectory, "*", SearchOption.AllDirectories))
            if (SegmentName.TryParse(path, out var name))
                yield return name;
    }

    /// <summary>
    /// Removes what an interrupted deletion left. What the state does not know for another reason is kept: the state
    /// may be the older of the two.
    /// </summary>
    private void RemoveDeleted()
    {
        var unknown = 0;
        var present = SegmentStoreCheck.GroupsIn(_options).ToHashSet();
        foreach (var group in present.Union(SegmentStoreCheck.GroupsOf(_files.Catalog.Names)))
        {
            if (_live.IsDeleted(group))
            {
                _files.Catalog.RemoveFolder(FolderOf(group));
                _files.Store.DeleteFolder(FolderOf(group));
            }
            else if (present.Contains(group) && !_live.HasGroup(group))
            {
                unknown++;
            }
        }

        if (unknown > 0 && _files.Logger is not null)
            Log.Unknown(_files.Logger, _options.Kind.Records, unknown, _options.Kind.Name, _options.GroupsDirectory);
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The {Records} of {Count} {Kind} groups in {Directory} are kept, although the state does not "
                + "know these groups: it may be older than they are"
        )]
        public static partial void Unknown(ILogger logger, string records, int count, string kind, string directory);
    }
}

/// <summary>What is said of a file that is in the catalog and not on the disk.</summary>
internal static class MissingFile
{
    public static string Sentence(SegmentStoreOptions options, string name) =>
        $"{Path.Combine(options.Directory, name)} is missing: {options.Kind.Name} {options.Kind.Records} are "
        + "missing with it. Restore a backup (estiba "
        + "restore).";
}
