using System.Text.Json;

namespace Estiba.State;

/// <summary>
/// Keeps rows in memory as the JSON that a file would have, beyond the store's end: a test opens a second store with the same journal
/// and sees what a restart would see.
/// </summary>
public sealed class MemoryJournal : IJournal
{
    private readonly Dictionary<long, JournalRow> rows = [];
    private long revision;
    private long lastRowId;

    /// <inheritdoc/>
    public bool IsImmediate => true;

    /// <inheritdoc/>
    public (long Revision, long LastRowId) Load(Action<JournalRow> row)
    {
        foreach (var kept in rows.Values) row(kept);
        return (revision, lastRowId);
    }

    /// <inheritdoc/>
    public void Write(JournalBatch batch)
    {
        foreach (var change in batch.Changes)
        {
            lastRowId = Math.Max(lastRowId, change.RowId);
            if (change.IsDelete)
            {
                rows.Remove(change.RowId);
                continue;
            }

            using var value = new MemoryStream();
            using (var writer = new Utf8JsonWriter(value)) change.Write(writer);
            rows[change.RowId] = new JournalRow(change.Table.Name, change.RowId, change.Key, value.ToArray());
        }

        revision = batch.Revision;
    }

    /// <summary>Does nothing: what was written stays for the next store.</summary>
    public void Dispose()
    {
    }
}
