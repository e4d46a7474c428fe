namespace Estiba.State;

/// <summary>Keeps the store's rows. The store calls it from one thread at a time.</summary>
public interface IJournal : IDisposable
{
    /// <summary>Whether writing is as quick as memory. The store then writes on the committing thread, and a commit is complete at once.</summary>
    bool IsImmediate { get; }

    /// <summary>Opens the journal and reads every row. Called once, before anything is written.</summary>
    /// <param name="row">Gets each row, in any order; what it is given is valid during the call only.</param>
    /// <returns>The revision of the last written batch, and a number not smaller than that of any row.</returns>
    /// <exception cref="JournalException">The journal cannot be opened or read.</exception>
    (long Revision, long LastRowId) Load(Action<JournalRow> row);

    /// <summary>Makes a batch durable, all or nothing.</summary>
    /// <exception cref="JournalException">Nothing of the batch was kept; a later batch may succeed.</exception>
    void Write(JournalBatch batch);
}

/// <summary>A stored row.</summary>
/// <param name="Table">The table's name.</param>
/// <param name="Id">The row's number.</param>
/// <param name="Key">The record's key.</param>
/// <param name="Value">The record as UTF-8 JSON.</param>
public readonly record struct JournalRow(string Table, long Id, string Key, ReadOnlyMemory<byte> Value);

/// <summary>What is written at once.</summary>
/// <param name="Revision">The revision after the batch.</param>
/// <param name="Changes">The last change of each row that changed.</param>
public sealed record JournalBatch(long Revision, IReadOnlyList<Change> Changes);
