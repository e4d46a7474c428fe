using Estiba.State.Maps;

namespace Estiba.State;

/// <summary>
/// A view that can be changed, for the time of one call of <see cref="Store.CommitAsync{T}"/>. It sees everything
/// committed before it and its own changes; nobody else sees those before they are durable.
/// </summary>
public sealed class Transaction : View
{
    private readonly Snapshot _basis;
    private readonly RowIds _ids;
    private readonly TableState?[] _own;
    private readonly Dictionary<(Table Table, string Key), Change> _touched = [];
    private readonly List<Change> _changes = [];
    private Owner _owner = new();
    private bool _ended;

    internal Transaction(Snapshot basis, RowIds ids)
    {
        _basis = basis;
        _ids = ids;
        _own = new TableState?[basis.States.Length];
    }

    /// <summary>The revision of the state that this transaction started from.</summary>
    public override long Revision => _basis.Revision;

    /// <summary>
    /// Adds a record, or replaces the one with the same key. Putting the very record that is there changes nothing.
    /// </summary>
    public void Put<TRecord>(Table<TRecord> table, TRecord record)
        where TRecord : class
    {
        var key = table.KeyOf(record);
        var state = OwnStateOf(table);
        var exists = state.Rows.TryFind(new TextKey(key), out var row);
        if (exists && ReferenceEquals(row.Record, record))
            return;

        var change = Touch(table, exists ? row.Key : key, row);
        change.After = record;
        state.Put(new Row<TRecord>(change.Key, change.RowId, record), row.Record, _owner);
    }

    /// <summary>Removes the record with a key.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Delete<TRecord>(Table<TRecord> table, string key)
        where TRecord : class
    {
        var state = OwnStateOf(table);
        if (!state.Rows.TryFind(new TextKey(key), out var row))
            return false;

        Touch(table, row.Key, row).After = null;
        state.Delete(row.Key, row.Record, _owner);
        return true;
    }

    /// <summary>Ends the transaction: from now on it can neither be read nor changed.</summary>
    /// <returns>The state with its changes and what they are; the state that it started from when nothing
    /// changed.</returns>
    internal (Snapshot After, IReadOnlyList<Change> Changes) End()
    {
        _ended = true;
        _changes.RemoveAll(change => !change.IsReal);
        if (_changes.Count == 0)
            return (_basis, []);

        var states = _basis.States.ToArray();
        for (var i = 0; i < states.Length; i++)
            states[i] = _own[i] ?? states[i];
        return (new Snapshot(_basis.Catalog, states, _basis.Revision + 1), _changes);
    }

    internal override TableState<TRecord> StateOf<TRecord>(Table<TRecord> table)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        return (TableState<TRecord>?)_own[_basis.Catalog.PlaceOf(table)] ?? _basis.StateOf(table);
    }

    // What a walk goes over must stay as it is: later changes copy the nodes that this transaction has made so far.
    private protected override void KeepForWalk() => _owner = new Owner();

    private TableState<TRecord> OwnStateOf<TRecord>(Table<TRecord> table)
        where TRecord : class
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        ref var state = ref _own[_basis.Catalog.PlaceOf(table)];
        state ??= _basis.StateOf(table).Copy();
        return (TableState<TRecord>)state;
    }

    private Change<TRecord> Touch<TRecord>(Table<TRecord> table, string key, in Row<TRecord> row)
        where TRecord : class
    {
        if (_touched.TryGetValue((table, key), out var known))
            return (Change<TRecord>)known;

        var change = new Change<TRecord>(table, key, row.Record is null ? _ids.Next() : row.Id, row.Record);
        _touched.Add((table, key), change);
        _changes.Add(change);
        return change;
    }
}

/// <summary>
/// Numbers the journal's rows. The running transaction asks for one, while a batch of a leader may bring others.
/// </summary>
internal sealed class RowIds(long last)
{
    private long _last = last;

    internal long Next() => Interlocked.Increment(ref _last);

    /// <summary>Gives no number again that somebody else has given.</summary>
    internal void Pass(long id)
    {
        for (var known = Interlocked.Read(ref _last); known < id; )
        {
            var found = Interlocked.CompareExchange(ref _last, id, known);
            if (found == known)
                return;
            known = found;
        }
    }
}
