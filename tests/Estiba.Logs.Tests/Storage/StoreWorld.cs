using System.Text;
using Estiba.Logs.Storage;

namespace Estiba.Logs.Tests.Storage;

/// <summary>An event store in a temporary directory, with sizes so small that little data makes many files.</summary>
internal sealed class StoreWorld : ILiveStreams, IAsyncDisposable
{
    private readonly TemporaryDirectory? own;
    private readonly string path;

    private StoreWorld(string? path)
    {
        if (path is null) own = new TemporaryDirectory();
        this.path = path ?? own!.Path;
        Options = new EventStoreOptions { Directory = this.path, JournalBytes = 4096, SegmentBytes = 16384, BlockBytes = 512 };
    }

    internal EventStoreOptions Options { get; set; }

    internal VirtualTime Time { get; } = new();

    internal EventStore Store { get; private set; } = null!;

    internal HashSet<long> DeletedGroups { get; } = [];

    internal HashSet<StreamKey> DeletedStreams { get; } = [];

    internal TimeSpan? Retention { get; set; }

    /// <summary>While it is set, whoever asks for a group fails with it.</summary>
    internal Exception? Fault { get; set; }

    /// <summary>How often that happened.</summary>
    internal int Faults { get; private set; }

    internal static async Task<StoreWorld> OpenAsync(string? path = null, EventStoreOptions? options = null)
    {
        var world = new StoreWorld(path);
        if (options is not null) world.Options = options;
        world.Store = await EventStore.OpenAsync(world.Options, world, world.Time);
        return world;
    }

    internal async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await EventStore.OpenAsync(Options, this, Time);
    }

    internal Task AppendAsync(StreamKey key, params NewEvent[] events) => Store.AppendAsync(key, Time.Milliseconds, events);

    internal Task AppendAsync(StreamKey key, long timestamp, string message) => AppendAsync(key, new NewEvent(timestamp, message));

    /// <summary>All messages, page by page.</summary>
    internal List<string> Messages(EventQuery query) => [.. All(query).Select(Text)];

    internal List<StoredEvent> All(EventQuery query)
    {
        var found = new List<StoredEvent>();
        while (true)
        {
            var page = Store.Read(query);
            if (query.Descending) found.InsertRange(0, page.Events);
            else found.AddRange(page.Events);
            if (page.Next is not { } next) return found;
            query = query with { Beyond = next };
        }
    }

    internal static string Text(StoredEvent item) => Encoding.UTF8.GetString(item.Message.Span);

    internal static EventQuery Stream(StreamKey key) => new() { Group = key.Group, Streams = new StreamSet([key.Stream]) };

    internal string[] Journals() => Directory.GetFiles(Options.JournalDirectory, "*.journal");

    internal string[] Segments() => Directory.GetFiles(Options.GroupsDirectory, "*.segment", SearchOption.AllDirectories);

    bool ILiveStreams.HasGroup(long group)
    {
        if (Fault is not { } fault) return !DeletedGroups.Contains(group);
        Faults++;
        throw fault;
    }

    bool ILiveStreams.HasStream(StreamKey stream) => !DeletedGroups.Contains(stream.Group) && !DeletedStreams.Contains(stream);

    TimeSpan? ILiveStreams.RetentionOf(long group) => Retention;

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        own?.Dispose();
    }
}
