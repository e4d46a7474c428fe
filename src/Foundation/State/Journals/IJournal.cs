namespace Estiba.State.Journals;

/// <summary>
/// Keeps the store's rows, each with the revision that wrote it, and for a while what was deleted when. The store calls
/// it from one thread at a time.
/// </summary>
/// <remarks>
/// One process at a time has the right to write: it leads. It takes that right with <see cref="Lead"/>, which begins an
/// epoch; what a leader of an earlier epoch writes after that is refused, however long it has been away.
/// </remarks>
public interface IJournal : IDisposable
{
    /// <summary>
    /// Whether writing is as quick as memory. The store then writes on the committing thread, and a commit is complete
    /// at once.
    /// </summary>
    bool IsImmediate { get; }

    /// <summary>Opens the journal and reads every row. Called once, before anything is written.</summary>
    /// <param name="row">Gets each row, in any order; what it is given is valid during the call only.</param>
    /// <returns>The revision of the last written batch, and a number not smaller than that of any row.</returns>
    /// <exception cref="JournalException">The journal cannot be opened or read.</exception>
    (long Revision, long LastRowId) Load(Action<JournalRow> row);

    /// <summary>Whether the leader and those who follow it have the journal together.</summary>
    bool IsShared => false;

    /// <summary>The newest epoch, known after <see cref="Load"/>; 0 when nobody has led yet.</summary>
    long Epoch => 0;

    /// <summary>Begins an epoch: from now on only its batches are kept. Called after <see cref="Load"/>.</summary>
    /// <returns>The epoch. A journal that nobody else can write may answer the same each time.</returns>
    /// <exception cref="JournalException">The right cannot be taken.</exception>
    long Lead() => 1;

    /// <summary>Gives back what <see cref="Lead"/> took, so that others may lead.</summary>
    void Resign() { }

    /// <summary>Makes a batch durable, all or nothing.</summary>
    /// <exception cref="NotLeaderException">A later epoch than the batch's has begun. Nothing of the batch was kept,
    /// nor will anything of a later one of that epoch be.</exception>
    /// <exception cref="JournalException">Nothing of the batch was kept; a later batch may succeed.</exception>
    void Write(JournalBatch batch);

    /// <summary>
    /// Makes durable what a leader has written elsewhere, all or nothing. A journal that the leader itself writes has
    /// it already.
    /// </summary>
    /// <exception cref="JournalException">Nothing of the batch was kept.</exception>
    void Apply(RowBatch batch) => throw new NotSupportedException("This journal does not follow another.");

    /// <summary>Reads what is durable while others write; from any thread.</summary>
    IJournalReader OpenReader() => throw new NotSupportedException("This journal cannot be followed.");

    /// <summary>Whether the store is opened without the rows that are damaged; otherwise it is not opened.</summary>
    bool AcceptsLoss => false;

    /// <summary>Keeps damaged rows where they are no part of the state any more, after <see cref="Load"/>.</summary>
    void PutAside(IReadOnlyList<DamagedRow> damaged) { }

    /// <summary>
    /// Keeps the text of rows aside, before they are written anew without what of it could not be read.
    /// </summary>
    void KeepText(IReadOnlyList<JournalRow> rows) { }
}

/// <summary>A row that cannot be used.</summary>
/// <param name="Row">The row; its value is not valid any more.</param>
/// <param name="Reason">What is wrong with it.</param>
public readonly record struct DamagedRow(JournalRow Row, string Reason);

/// <summary>A stored row.</summary>
/// <param name="Table">The table's name.</param>
/// <param name="Id">The row's number.</param>
/// <param name="Key">The record's key.</param>
/// <param name="Value">The record as UTF-8 JSON.</param>
/// <param name="IsIntact">Whether it is as it was written, as far as its checksum tells.</param>
/// <param name="Revision">The revision of the batch that wrote it; 0 when an earlier version of Estiba did.</param>
public readonly record struct JournalRow(
    string Table,
    long Id,
    string Key,
    ReadOnlyMemory<byte> Value,
    bool IsIntact = true,
    long Revision = 0
);

/// <summary>What is written at once.</summary>
/// <param name="Revision">The revision after the batch.</param>
/// <param name="Changes">The last change of each row that changed.</param>
/// <param name="Epoch">The epoch in which its writer leads.</param>
public sealed record JournalBatch(long Revision, IReadOnlyList<Change> Changes, long Epoch = 0);
