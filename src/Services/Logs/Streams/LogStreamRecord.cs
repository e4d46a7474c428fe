namespace Estiba.Logs.Streams;

/// <summary>
/// A log stream. Its account and region are its group's; there may be millions, so it says no more than it must.
/// </summary>
internal sealed record LogStreamRecord
{
    public required long GroupId { get; init; }

    public required string Name { get; init; }

    /// <summary>
    /// Never given again; grows with the time of creation, which keeps streams of one time together on disk.
    /// </summary>
    public required long Id { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long CreationTime { get; init; }
}
