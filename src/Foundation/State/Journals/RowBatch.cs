namespace Estiba.State.Journals;

/// <summary>
/// What changed in a journal between two positions, as rows: with it a follower comes from the one to the other. Of a
/// row that changed several times it has the last value.
/// </summary>
public sealed record RowBatch
{
    /// <summary>
    /// The state that the batch changes; <see cref="JournalPosition.None"/> where it is the whole state and replaces
    /// whatever was there.
    /// </summary>
    public required JournalPosition After { get; init; }

    /// <summary>The state that it leads to.</summary>
    public required JournalPosition Position { get; init; }

    /// <summary>The rows that are new or changed.</summary>
    public IReadOnlyList<JournalRow> Rows { get; init; } = [];

    /// <summary>The rows that are gone.</summary>
    public IReadOnlyList<DeletedRow> Deleted { get; init; } = [];

    /// <summary>Whether it is the whole state.</summary>
    public bool IsWhole => After == JournalPosition.None;
}

/// <summary>The trace of a row that is gone.</summary>
/// <param name="Table">The table's name.</param>
/// <param name="Id">The row's number.</param>
/// <param name="Key">The record's key.</param>
public readonly record struct DeletedRow(string Table, long Id, string Key);
