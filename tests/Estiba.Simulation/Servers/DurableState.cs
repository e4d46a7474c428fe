using System.Text.Json;
using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Simulation.Servers;

/// <summary>
/// The server's disk: what is written survives a crash, and a crash may come at any write, just before it or just
/// after.
/// </summary>
internal sealed class DurableState : IJournal
{
    private readonly Dictionary<long, Change> _rows = [];
    private long _revision;
    private long _lastRowId;
    private int _writesBeforeCrash = -1;
    private bool _keepsLastWrite;

    /// <inheritdoc/>
    public bool IsImmediate => true;

    /// <summary>Whether there is no room for anything.</summary>
    internal bool IsFull { get; set; }

    /// <summary>
    /// What was written by the write in which the server crashed; nobody was told of it. Empty when it was lost.
    /// </summary>
    internal IReadOnlyList<Change> WrittenInCrash { get; private set; } = [];

    /// <summary>Called when the server crashes in a write; it must not do anything after.</summary>
    internal Action Crashed { get; set; } = static () => { };

    /// <summary>Crashes the server in a write.</summary>
    /// <param name="writes">How many writes succeed before.</param>
    /// <param name="keeps">Whether the write itself is kept.</param>
    internal void CrashAfter(int writes, bool keeps) => (_writesBeforeCrash, _keepsLastWrite) = (writes, keeps);

    /// <inheritdoc/>
    public (long Revision, long LastRowId) Load(Action<JournalRow> row)
    {
        _writesBeforeCrash = -1;
        foreach (var (id, change) in _rows)
        {
            using var value = new MemoryStream();
            using (var writer = new Utf8JsonWriter(value))
                change.Write(writer);
            row(new JournalRow(change.Table.Name, id, change.Key, value.ToArray()));
        }

        return (_revision, _lastRowId);
    }

    /// <inheritdoc/>
    public void Write(JournalBatch batch)
    {
        if (_writesBeforeCrash == 0)
        {
            WrittenInCrash = [];
            if (_keepsLastWrite)
            {
                Keep(batch);
                WrittenInCrash = batch.Changes;
            }

            Crashed();
            throw new JournalException("The server crashed.");
        }

        if (_writesBeforeCrash > 0)
            _writesBeforeCrash--;
        if (IsFull)
            throw new JournalException("No space left on device.");
        Keep(batch);
    }

    /// <summary>Does nothing: the disk outlives the store.</summary>
    public void Dispose() { }

    private void Keep(JournalBatch batch)
    {
        foreach (var change in batch.Changes)
        {
            _lastRowId = Math.Max(_lastRowId, change.RowId);
            if (change.IsDelete)
                _rows.Remove(change.RowId);
            else
                _rows[change.RowId] = change;
        }

        _revision = batch.Revision;
    }
}
