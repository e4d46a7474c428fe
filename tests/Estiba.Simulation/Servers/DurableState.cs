using System.Text.Json;
using Estiba.State;

namespace Estiba.Simulation.Servers;

/// <summary>The server's disk: what is written survives a crash, and a crash may come at any write, just before it or just after.</summary>
internal sealed class DurableState : IJournal
{
    private readonly Dictionary<long, Change> rows = [];
    private long revision;
    private long lastRowId;
    private int writesBeforeCrash = -1;
    private bool keepsLastWrite;

    /// <inheritdoc/>
    public bool IsImmediate => true;

    /// <summary>Whether there is no room for anything.</summary>
    internal bool IsFull { get; set; }

    /// <summary>What was written by the write in which the server crashed; nobody was told of it. Empty when it was lost.</summary>
    internal IReadOnlyList<Change> WrittenInCrash { get; private set; } = [];

    /// <summary>Called when the server crashes in a write; it must not do anything after.</summary>
    internal Action Crashed { get; set; } = static () => { };

    /// <summary>Crashes the server in a write.</summary>
    /// <param name="writes">How many writes succeed before.</param>
    /// <param name="keeps">Whether the write itself is kept.</param>
    internal void CrashAfter(int writes, bool keeps) => (writesBeforeCrash, keepsLastWrite) = (writes, keeps);

    /// <inheritdoc/>
    public (long Revision, long LastRowId) Load(Action<JournalRow> row)
    {
        writesBeforeCrash = -1;
        foreach (var (id, change) in rows)
        {
            using var value = new MemoryStream();
            using (var writer = new Utf8JsonWriter(value)) change.Write(writer);
            row(new JournalRow(change.Table.Name, id, change.Key, value.ToArray()));
        }

        return (revision, lastRowId);
    }

    /// <inheritdoc/>
    public void Write(JournalBatch batch)
    {
        if (writesBeforeCrash == 0)
        {
            WrittenInCrash = [];
            if (keepsLastWrite)
            {
                Keep(batch);
                WrittenInCrash = batch.Changes;
            }

            Crashed();
            throw new JournalException("The server crashed.");
        }

        if (writesBeforeCrash > 0) writesBeforeCrash--;
        if (IsFull) throw new JournalException("No space left on device.");
        Keep(batch);
    }

    /// <summary>Does nothing: the disk outlives the store.</summary>
    public void Dispose()
    {
    }

    private void Keep(JournalBatch batch)
    {
        foreach (var change in batch.Changes)
        {
            lastRowId = Math.Max(lastRowId, change.RowId);
            if (change.IsDelete) rows.Remove(change.RowId);
            else rows[change.RowId] = change;
        }

        revision = batch.Revision;
    }
}
