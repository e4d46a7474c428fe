using System.Text.Json;

namespace Estiba.State.Journals;

/// <summary>
/// Keeps rows in memory as the JSON that a file would have, beyond the store's end: a test opens a second store with
/// the same journal and sees what a restart would see.
/// </summary>
/// <param name="history">How much is kept of what changed when, by number alone; null for
/// <see cref="JournalHistory.Default"/>.</param>
public sealed class MemoryJournal(JournalHistory? history = null) : IJournal
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, JournalRow> _rows = [];
    private readonly List<EpochStart> _epochs = [];
    private readonly Queue<Batch> _batches = new();
    private readonly long _keptChanges = (history ?? JournalHistory.Default).Changes;
    private long _changes;
    private long _revision;
    private long _lastRowId;

    /// <inheritdoc/>
    public bool IsImmediate => true;

    /// <inheritdoc/>
    public long Epoch => _epochs.Count == 0 ? 0 : _epochs[^1].Epoch;

    /// <inheritdoc/>
    public (long Revision, long LastRowId) Load(Action<JournalRow> row)
    {
        lock (_gate)
        {
            foreach (var kept in _rows.Values)
                row(kept);
            return (_revision, _lastRowId);
        }
    }

    /// <inheritdoc/>
    public long Lead()
    {
        lock (_gate)
        {
            _epochs.Add(new EpochStart(Epoch + 1, _revision));
            if (_epochs.Count > EpochLog.Kept)
                _epochs.RemoveAt(0);
            return Epoch;
        }
    }

    /// <inheritdoc/>
    public void Write(JournalBatch batch)
    {
        lock (_gate)
        {
            if (batch.Epoch != Epoch)
                throw NotLeaderException.StaleEpoch(batch.Epoch);
            var gone = batch.Changes.Where(change => change.IsDelete);
            Keep(
                batch.Revision,
                [.. batch.Changes.Where(change => !change.IsDelete).Select(change => RowOf(change, batch.Revision))],
                [.. gone.Select(change => new DeletedRow(change.Table.Name, change.RowId, change.Key))]
            );
        }
    }

    /// <inheritdoc/>
    public void Apply(RowBatch batch)
    {
        lock (_gate)
        {
            if (batch.Position.Epoch < Epoch)
                throw NotLeaderException.StaleEpoch(batch.Position.Epoch);
            if (batch.IsWhole)
            {
                _rows.Clear();
                _epochs.Clear();
            }

            if (batch.Position.Epoch > Epoch)
                _epochs.Add(
                    new EpochStart(batch.Position.Epoch, batch.IsWhole ? batch.Position.Revision : batch.After.Revision)
                );
            Keep(batch.Position.Revision, batch.Rows, batch.Deleted);
            if (!batch.IsWhole)
                return;
            _batches.Clear();
            _changes = 0;
        }
    }

    /// <inheritdoc/>
    public IJournalReader OpenReader() => new Reader(this);

    /// <summary>Does nothing: what was written stays for the next store.</summary>
    public void Dispose() { }

    private static JournalRow RowOf(Change change, long revision)
    {
        using var value = new MemoryStream();
        using (var writer = new Utf8JsonWriter(value))
            change.Write(writer);
        return new JournalRow(change.Table.Name, change.RowId, change.Key, value.ToArray(), Revision: revision);
    }

    private void Keep(long revision, IReadOnlyList<JournalRow> rows, IReadOnlyList<DeletedRow> deleted)
    {
        foreach (var row in deleted)
            _rows.Remove(row.Id);
        foreach (var row in rows)
            _rows[row.Id] = row;
        foreach (var id in rows.Select(row => row.Id).Concat(deleted.Select(row => row.Id)))
            _lastRowId = Math.Max(_lastRowId, id);
        if (rows.Count + deleted.Count > 0)
        {
            _batches.Enqueue(new Batch(_revision, revision, [.. rows.Select(row => row.Id)], deleted));
            _changes += rows.Count + deleted.Count;
        }

        while (_batches.Count > 1 && _changes > _keptChanges)
            _changes -= _batches.Dequeue().Changes;
        _revision = revision;
    }

    private RowBatch? Read(JournalPosition after)
    {
        lock (_gate)
        {
            var position = new JournalPosition(_revision, Epoch);
            if (position == after)
                return null;
            if (after == JournalPosition.None)
                return new RowBatch
                {
                    After = after,
                    Position = position,
                    Rows = [.. _rows.Values],
                };
            EpochLog.Check(_epochs, _revision, after);
            var newer = _batches.Where(batch => batch.Revision > after.Revision).ToList();
            if (after.Revision < _revision && (newer.Count == 0 || newer[0].Previous > after.Revision))
                throw new RevisionTrimmedException(after, "what changed since is no longer kept.");
            return new RowBatch
            {
                After = after,
                Position = position,
                Rows =
                [
                    .. newer
                        .SelectMany(batch => batch.Written)
                        .Distinct()
                        .Where(_rows.ContainsKey)
                        .Select(id => _rows[id]),
                ],
                Deleted = [.. newer.SelectMany(batch => batch.Deleted)],
            };
        }
    }

    private sealed record Batch(long Previous, long Revision, long[] Written, IReadOnlyList<DeletedRow> Deleted)
    {
        internal int Changes => Written.Length + Deleted.Count;
    }

    private sealed class Reader(MemoryJournal journal) : IJournalReader
    {
        public RowBatch? Read(JournalPosition after) => journal.Read(after);

        public void Dispose() { }
    }
}
