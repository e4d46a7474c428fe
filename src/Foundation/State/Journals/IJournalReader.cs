namespace Estiba.State.Journals;

/// <summary>Reads what a journal holds while it is written. For one thread at a time.</summary>
public interface IJournalReader : IDisposable
{
    /// <summary>All that is durable now and was written after a position, at once.</summary>
    /// <param name="after">The position; <see cref="JournalPosition.None"/> for the whole state.</param>
    /// <returns>Null when there is nothing new.</returns>
    /// <exception cref="RevisionTrimmedException">What was written since is not known any more.</exception>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    RowBatch? Read(JournalPosition after);
}
