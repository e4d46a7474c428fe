namespace Estiba.Logs.Storage;

/// <summary>Where the event store keeps its files, and its sizes in bytes.</summary>
internal sealed record EventStoreOptions
{
    /// <summary>The directory of all log events: <c>journal/</c> and <c>groups/</c> in it belong to the store.</summary>
    public required string Directory { get; init; }

    /// <summary>A journal is sorted into segments when it has grown to this.</summary>
    public long JournalBytes { get; init; } = 16 << 20;

    /// <summary>Small segments of a group are merged until their events, uncompressed, come near to this.</summary>
    public long SegmentBytes { get; init; } = 64 << 20;

    /// <summary>What is compressed, and read back, at a time.</summary>
    public int BlockBytes { get; init; } = 64 << 10;

    /// <summary>What is written with one sync at most, apart from the last batch.</summary>
    public long CommitBytes { get; init; } = 8 << 20;

    /// <summary>Writers wait while this many full journals are not sorted yet.</summary>
    public int FullJournals { get; init; } = 4;

    /// <summary>How long a failed sorting (a full disk, most likely) waits before it is tried again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    public string JournalDirectory => Path.Combine(Directory, "journal");

    public string GroupsDirectory => Path.Combine(Directory, "groups");
}
