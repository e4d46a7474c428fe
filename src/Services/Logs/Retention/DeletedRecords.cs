namespace Estiba.Logs.Retention;

/// <summary>
/// That a group was deleted, until nothing is left of its events. Without it they would be kept: a state that is
/// restored from a backup does not know groups that are newer.
/// </summary>
internal sealed record DeletedGroupRecord
{
    public required long Id { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long DeletedAt { get; init; }
}

/// <summary>That a stream was deleted, until nothing is left of its events.</summary>
internal sealed record DeletedStreamRecord
{
    public required long GroupId { get; init; }

    public required long Id { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long DeletedAt { get; init; }
}
