namespace Estiba.Files.Segments;

/// <summary>Where the record store keeps its files, and its sizes in bytes.</summary>
public sealed record SegmentStoreOptions
{
    internal const string GroupsFolder = "groups";

    /// <summary>
    /// The directory of all records: <c>journal/</c> and <c>groups/</c> in it belong to the store.
    /// </summary>
    public required string Directory { get; init; }

    /// <summary>What is kept in the store.</summary>
    public required RecordKind Kind { get; init; }

    /// <summary>A journal is sorted into segments when it has grown to this.</summary>
    public long JournalBytes { get; init; } = 16 << 20;

    /// <summary>Small segments of a group are merged until their records, uncompressed, come near to this.</summary>
    public long SegmentBytes { get; init; } = 64 << 20;

    /// <summary>What is compressed, and read back, at a time.</summary>
    public int BlockBytes { get; init; } = 64 << 10;

    /// <summary>What is written with one sync at most, apart from the last batch.</summary>
    public long CommitBytes { get; init; } = 8 << 20;

    /// <summary>Writers wait while this many full journals are not sorted yet.</summary>
    public int FullJournals { get; init; } = 4;

    /// <summary>How long a failed sorting (a full disk, most likely) waits before it is tried again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Opens also where all journals or all segments are gone that there were.</summary>
    public bool AcceptsLoss { get; init; }

    /// <summary>Where journals are.</summary>
    public string JournalDirectory => Path.Combine(Directory, "journal");

    /// <summary>Where each group has a folder with its segments.</summary>
    public string GroupsDirectory => Path.Combine(Directory, GroupsFolder);
}
