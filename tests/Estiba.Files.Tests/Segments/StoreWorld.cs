using System.Text;

namespace Estiba.Files.Tests.Segments;

/// <summary>A store of text in a temporary directory, with sizes so small that little data makes many files.</summary>
internal sealed class StoreWorld : ILiveStreams, IAsyncDisposable
{
    private readonly TemporaryDirectory? _own;
    private readonly string _path;

    private StoreWorld(string? path)
    {
        if (path is null)
            _own = new TemporaryDirectory();
        _path = path ?? _own!.Path;
        Options = new SegmentStoreOptions
        {
            Kind = TextRecord.Kind,
            Directory = _path,
            JournalBytes = 4096,
            SegmentBytes = 16384,
            BlockBytes = 512,
        };
    }

    internal SegmentStoreOptions Options { get; set; }

    internal VirtualTime Time { get; } = new();

    internal SegmentStore Store { get; private set; } = null!;

    internal HashSet<long> DeletedGroups { get; } = [];

    internal HashSet<StreamKey> DeletedStreams { get; } = [];

    /// <summary>What the state does not know, and nobody has deleted: as after a backup of it was restored.</summary>
    internal HashSet<long> UnknownGroups { get; } = [];

    /// <inheritdoc cref="UnknownGroups"/>
    internal HashSet<StreamKey> UnknownStreams { get; } = [];

    internal Damage Damage { get; private set; } = new();

    internal TimeSpan? Retention { get; set; }

    /// <summary>While it is set, whoever asks for a group fails with it.</summary>
    internal Exception? Fault { get; set; }

    /// <summary>How often that happened.</summary>
    internal int Faults { get; private set; }

    /// <summary>Called before a group's segments are merged.</summary>
    internal Action? Merging { get; set; }

    internal static async Task<StoreWorld> OpenAsync(
        string? path = null,
        SegmentStoreOptions? options = null,
        TimeSpan later = default,
        params long[] deletedGroups
    )
    {
        var world = new StoreWorld(path);
        world.Time.Advance(later);
        world.DeletedGroups.UnionWith(deletedGroups);
        if (options is not null)
            world.Options = options;
        world.Store = await SegmentStore.OpenAsync(world.Options, world, world.Time, logger: null, world.Damage);
        return world;
    }

    internal async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        await OpenAgainAsync();
    }

    /// <summary>Opens it again after it was closed.</summary>
    internal async Task OpenAgainAsync()
    {
        Damage = new Damage();
        Store = await SegmentStore.OpenAsync(Options, this, Time, logger: null, Damage);
    }

    internal Task AppendAsync(StreamKey key, params TextRecord[] records) =>
        Store.AppendAsync(key, Time.Milliseconds, records);

    internal Task AppendAsync(StreamKey key, long timestamp, string message) =>
        AppendAsync(key, new TextRecord(timestamp, message));

    /// <summary>All messages, page by page.</summary>
    internal List<string> Messages(RecordQuery query) => [.. All(query).Select(Text)];

    internal List<StoredRecord> All(RecordQuery query)
    {
        var found = new List<StoredRecord>();
        while (true)
        {
            var page = Store.Read(query);
            if (query.Descending)
                found.InsertRange(0, page.Records);
            else
                found.AddRange(page.Records);
            if (page.Next is not { } next)
                return found;
            query = query with { Beyond = next };
        }
    }

    internal static string Text(StoredRecord item) => Encoding.UTF8.GetString(item.Payload.Span);

    internal static RecordQuery Stream(StreamKey key) =>
        new() { Group = key.Group, Streams = new StreamSet([key.Stream]) };

    internal string[] Journals() => Directory.GetFiles(Options.JournalDirectory, "*.journal");

    internal string[] Segments() =>
        Directory.GetFiles(Options.GroupsDirectory, "*.segment", SearchOption.AllDirectories);

    bool ILiveStreams.HasGroup(long group) => !DeletedGroups.Contains(group) && !UnknownGroups.Contains(group);

    bool ILiveStreams.HasStream(StreamKey stream) =>
        !DeletedGroups.Contains(stream.Group)
        && !DeletedStreams.Contains(stream)
        && !UnknownGroups.Contains(stream.Group)
        && !UnknownStreams.Contains(stream);

    bool ILiveStreams.IsDeleted(long group)
    {
        if (Fault is not { } fault)
            return DeletedGroups.Contains(group);
        Faults++;
        throw fault;
    }

    bool ILiveStreams.IsDeleted(StreamKey stream) =>
        DeletedGroups.Contains(stream.Group) || DeletedStreams.Contains(stream);

    TimeSpan? ILiveStreams.RetentionOf(long group)
    {
        Merging?.Invoke();
        return Retention;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _own?.Dispose();
    }
}
