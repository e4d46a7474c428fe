using Estiba.State.Maps;

namespace Estiba.State;

/// <summary>
/// A view that can be changed, for the time of one call of <see cref="Store.CommitAsync{T}"/>. It sees everything committed before it
/// and its own changes; nobody else sees those before they are durable.
/// </summary>
public sealed class Transaction : View
{
    private readonly Snapshot basis;
    private readonly RowIds ids;
    private readonly TableState?[] own;
    private readonly Dictionary<(Table Table, string Key), Change> touched = [];
    private readonly List<Change> changes = [];
    private Owner owner = new();
    private bool ended;

    internal Transaction(Snapshot basis, RowIds ids)
    {
        this.basis = basis;
        this.ids = ids;
        own = new TableState?[basis.States.Length];
    }

    /// <summary>The revision of the state that this transaction started from.</summary>
    public override long Revision => basis.Revision;

    /// <summary>Adds a record, or replaces the one with the same key. Putting the very record that is there changes nothing.</summary>
    public void Put<TRecord>(Table<TRecord> table, TRecord record)
        where TRecord : class
    {
        var key = table.KeyOf(record);
        var state = OwnStateOf(table);
        var exists = state.Rows.TryFind(new TextKey(key), out var row);
        if (exists && ReferenceEquals(row.Record, record)) return;

        var change = Touch(table, exists ? row.Key : key, row);
        change.After = record;
        state.Put(new Row<TRecord>(change.Key, change.RowId, record), row.Record, owner);
    }

    /// <summary>Removes the record with a key.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Delete<TRecord>(Table<TRecord> table, string key)
        where TRecord : class
    {
        var state = OwnStateOf(table);
        if (!state.Rows.TryFind(new TextKey(key), out var row)) return false;

        Touch(table, row.Key, row).After = null;
        state.Delete(row.Key, row.Record, owner);
        return true;
    }

    /// <summary>Ends the transaction: from now on it can neither be read nor changed.</summary>
    /// <returns>The state with its changes and what they are; the state that it started from when nothing changed.</returns>
    internal (Snapshot After, IReadOnlyList<Change> Changes) End()
    {
        ended = true;
        changes.RemoveAll(change => !change.IsReal);
        if (changes.Count == 0) return (basis, []);

        var states = basis.States.ToArray();
        for (var i = 0; i < states.Length; i++) states[i] = own[i] ?? states[i];
        return (new Snapshot(basis.Catalog, states, basis.Revision + 1), changes);
    }

    internal override TableState<TRecord> StateOf<TRecord>(Table<TRecord> table)
    {
        ObjectDisposedException.ThrowIf(ended, this);
        return (TableState<TRecord>?)own[basis.Catalog.PlaceOf(table)] ?? basis.StateOf(table);
    }

    // What a walk goes over must stay as it is: later changes copy the nodes that this transaction has made so far.
    private protected override void KeepForWalk() => owner = new Owner();

    private TableState<TRecord> OwnStateOf<TRecord>(Table<TRecord> table)
        where TRecord : class
    {
        ObjectDisposedException.ThrowIf(ended, this);
        ref var state = ref own[basis.Catalog.PlaceOf(table)];
        state ??= basis.StateOf(table).Copy();
        return (TableState<TRecord>)state;
    }

    private Change<TRecord> Touch<TRecord>(Table<TRecord> table, string key, in Row<TRecord> row)
        where TRecord : class
    {
        if (touched.TryGetValue((table, key), out var known)) return (Change<TRecord>)known;

        var change = new Change<TRecord>(table, key, row.Record is null ? ids.Next() : row.Id, row.Record);
        touched.Add((table, key), change);
        changes.Add(change);
        return change;
    }
}

/// <summary>Numbers the journal's rows. Only the running transaction asks for one.</summary>
internal sealed class RowIds(long last)
{
    private long last = last;

    internal long Next() => ++last;
}
