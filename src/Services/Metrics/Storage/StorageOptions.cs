namespace Estiba.Metrics.Storage;

/// <summary>Where what was measured is kept, and how much of it where.</summary>
internal sealed record StorageOptions
{
    internal const string BlockFolder = "blocks";
    internal const string JournalFolder = "journal";

    /// <summary>The directory of all of it.</summary>
    public required string Directory { get; init; }

    /// <summary>A journal becomes blocks when it has grown to so many bytes.</summary>
    public long JournalBytes { get; init; } = 16 << 20;

    /// <summary>Or when what was read from it takes so many bytes of memory.</summary>
    public long HeadBytes { get; init; } = 64 << 20;

    /// <summary>Or when it is as old.</summary>
    public TimeSpan JournalAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Values wait while so many journals have not become blocks yet.</summary>
    public int FullJournals { get; init; } = 2;

    /// <summary>What is written with one sync at most, apart from the last request. Bytes.</summary>
    public int CommitBytes { get; init; } = 4 << 20;

    /// <summary>How long what failed (a full disk, most likely) waits before it is tried again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Opens also where all journals or all blocks are gone that there were.</summary>
    public bool AcceptsLoss { get; init; }

    /// <summary>Where journals are.</summary>
    public string JournalDirectory => Path.Combine(Directory, JournalFolder);

    /// <summary>Where blocks are, in a folder for each <see cref="Tier"/>.</summary>
    public string BlockDirectory => Path.Combine(Directory, BlockFolder);

    /// <summary>Which series there are.</summary>
    public string SeriesFile => Path.Combine(Directory, "series");
}
