using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Estiba.Logs.Storage;

/// <summary>
/// Log events on disk. Batches of all streams are appended to one journal, so that one sync makes many of them durable; full journals are
/// sorted into compressed segments per log group, which are merged as they become many. One process has the directory open.
/// </summary>
/// <remarks>
/// <code>
/// journal/{number}.journal             batches as they arrived, plain
/// groups/{group}/{first}-{last}.segment  the group's events from those journals, by stream and time, compressed
/// </code>
/// A batch is acknowledged when the journal is synced. A segment takes the place of a journal's part, or of other segments, once it is
/// whole and synced; a crash at any point leaves either or both, and the journal numbers in the name tell which holds what.
/// </remarks>
internal sealed class EventStore : IAsyncDisposable
{
    private readonly EventStoreOptions options;
    private readonly ILiveStreams live;
    private readonly ILogger? logger;
    private readonly ConcurrentDictionary<long, GroupLog> groups = new();
    private readonly StoreLock directoryLock;
    private readonly Maintenance maintenance;
    private readonly JournalWriter writer;

    private EventStore(EventStoreOptions options, ILiveStreams live, TimeProvider time, ILogger? logger)
    {
        this.options = options;
        this.live = live;
        this.logger = logger;
        DurableDirectory.Create(options.JournalDirectory);
        DurableDirectory.Create(options.GroupsDirectory);
        directoryLock = StoreLock.Take(options.Directory);
        try
        {
            var journals = Recover(time, out var nextSequence);
            RemoveRubbish();
            maintenance = new Maintenance(options, live, Group, time, logger);
            foreach (var full in journals[..^1]) maintenance.Enqueue(full);
            writer = new JournalWriter(options, journals[^1], nextSequence, Publish, maintenance.AcceptAsync);
        }
        catch
        {
            directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>Opens the store and recovers what an earlier process left.</summary>
    /// <exception cref="IOException">The directory cannot be used, or another process has it open.</exception>
    public static Task<EventStore> OpenAsync(EventStoreOptions options, ILiveStreams live, TimeProvider time, ILogger? logger = null) =>
        Task.Run(() => new EventStore(options, live, time, logger));

    /// <summary>Stores a batch; it is durable, and every later read sees it, when the task has completed.</summary>
    /// <exception cref="IOException">It could not be stored (a full disk, most likely); nothing of it will be seen.</exception>
    public Task AppendAsync(StreamKey key, long ingestionTime, IReadOnlyList<NewEvent> events, CancellationToken cancellation = default) =>
        writer.AppendAsync(key, ingestionTime, events, cancellation);

    /// <summary>Reads a page; the work is done before this returns.</summary>
    public EventPage Read(EventQuery query, CancellationToken cancellation = default)
    {
        var log = Group(query.Group);
        using var view = log.View(query.Streams);
        using var scan = new EventScan(query, view);
        try
        {
            return scan.Execute(cancellation);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException && log.IsDeleted)
        {
            return new EventPage([], Next: null);
        }
    }

    /// <summary>How many groups have their segments' names and streams' statistics in memory; the others lie idle.</summary>
    public int LoadedGroups => groups.Values.Count(group => group.IsLoaded);

    /// <summary>What is known of a stream; null when no event was ever stored in it.</summary>
    public StreamStatistics? Statistics(StreamKey key) => Group(key.Group).Statistics(key.Stream);

    /// <summary>The bytes of a group's events as CloudWatch Logs counts them.</summary>
    public long StoredBytes(long group) => Group(group).StoredBytes();

    /// <summary>Hides a stream's events, after the stream itself is gone; <see cref="CleanAsync"/> frees their space.</summary>
    public void DeleteStream(StreamKey key) => Group(key.Group).DeleteStream(key.Stream);

    /// <summary>Removes a group's events, after the group itself is gone; the space is freed in the background.</summary>
    public void DeleteGroup(long group)
    {
        if (groups.TryRemove(group, out var log)) log.Delete();
        maintenance.Remove(DirectoryOf(group));
    }

    /// <summary>Drops segments whose events are all older, and rewrites those in which much belongs to deleted streams.</summary>
    /// <param name="group">The group.</param>
    /// <param name="expiredBefore">Milliseconds since 1970; null keeps everything.</param>
    /// <param name="cancellation">Stops between two segments.</param>
    public Task CleanAsync(long group, long? expiredBefore, CancellationToken cancellation = default) =>
        maintenance.CleanAsync(Group(group), expiredBefore, cancellation);

    /// <summary>Seals the newest journal and waits until everything is sorted into segments.</summary>
    /// <exception cref="IOException">It could not be (a full disk, most likely); the events stay in the journals, and it is tried again.</exception>
    public async Task FlushAsync(CancellationToken cancellation = default)
    {
        await writer.SealAsync(cancellation);
        await maintenance.FlushAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        await maintenance.DisposeAsync();
        directoryLock.Dispose();
    }

    private GroupLog Group(long group) => groups.GetOrAdd(
        group, static (id, store) => new GroupLog(id, store.DirectoryOf(id), store.live, store.logger), this);

    private string DirectoryOf(long group) => Path.Combine(options.GroupsDirectory, group.ToString("x16", CultureInfo.InvariantCulture));

    private void Publish(Journal journal, BatchRef batch, BatchHeader header) => Group(header.Key.Group).Publish(journal, batch);

    /// <summary>The journals that are there, oldest first; the last one is written on.</summary>
    private List<Journal> Recover(TimeProvider time, out long nextSequence)
    {
        var journals = new List<Journal>();
        var next = 0L;
        foreach (var (_, path) in Journal.List(options.JournalDirectory))
        {
            var journal = Journal.Recover(path, (found, batch, header) =>
            {
                Publish(found, batch, header);
                next = Math.Max(next, header.FirstSequence + header.Count);
            });
            if (journal is null) continue;
            journals.Add(journal);
            next = Math.Max(next, journal.FirstSequence);
        }

        if (journals.Count == 0)
        {
            // Beginning at the time, no sequence or journal number comes again even if somebody removes the journals.
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            next = Math.Max(1, now << 20);
            journals.Add(Journal.Create(options.JournalDirectory, Math.Max(1, now), next));
        }

        nextSequence = next;
        return journals;
    }

    private void RemoveRubbish()
    {
        foreach (var directory in Directory.EnumerateDirectories(options.GroupsDirectory))
        {
            var known = long.TryParse(Path.GetFileName(directory), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var group);
            if (known && !live.HasGroup(group)) Directory.Delete(directory, recursive: true);
        }
    }
}
