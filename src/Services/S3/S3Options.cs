using Estiba.Files;

namespace Estiba.S3;

/// <summary>Where buckets have their files, and how long what nothing needs any more is kept.</summary>
public sealed record S3Options
{
    /// <summary>The data directory; a folder in it is this service's.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// How long the content of a deleted object is kept: who reads it goes on reading, and a backup whose copy of the
    /// state still has it finds it.
    /// </summary>
    public TimeSpan RemovalDelay { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How often contents of deleted objects are removed.</summary>
    public TimeSpan RemovalInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the rules of lifecycles are looked at.</summary>
    public TimeSpan LifecycleInterval { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The largest content that is sent at once; AWS takes 5 GB.</summary>
    public long LargestUpload { get; init; } = 5L * 1024 * 1024 * 1024;

    /// <summary>The smallest part of a multipart upload, the last one apart.</summary>
    public long SmallestPart { get; init; } = 5L * 1024 * 1024;

    /// <summary>Is told of contents that are missing; null tells the log.</summary>
    public Damage? Damage { get; init; }
}
