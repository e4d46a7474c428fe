namespace Estiba.State.Journals;

/// <summary>Keeps nothing: the state ends with the process. For simulations.</summary>
public sealed class NoJournal : IJournal
{
    /// <inheritdoc/>
    public bool IsImmediate => true;

    /// <inheritdoc/>
    public (long Revision, long LastRowId) Load(Action<JournalRow> row) => (0, 0);

    /// <inheritdoc/>
    public void Write(JournalBatch batch) { }

    /// <inheritdoc/>
    public void Dispose() { }
}
