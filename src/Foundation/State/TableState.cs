using Estiba.State.Journals;
using Estiba.State.Maps;

namespace Estiba.State;

/// <summary>A record with its key and the number of its row in the journal.</summary>
internal readonly record struct Row<TRecord>(string Key, long Id, TRecord Record) : ISortItem<Row<TRecord>, TextKey>
{
    TextKey ISortItem<Row<TRecord>, TextKey>.SortKey => new(Key);

    public static Row<TRecord> Share(in Row<TRecord> item, in Row<TRecord> neighbour) => item;
}

/// <summary>
/// The content of one table. It is changed only by the transaction or the loader that made it, and never after that.
/// </summary>
internal abstract class TableState
{
    internal abstract TableState Copy();

    /// <summary>The keys of all records, in order.</summary>
    internal abstract IEnumerable<string> Keys { get; }

    /// <summary>Reads the record of a row of the journal. It changes nothing, so many may be read at once.</summary>
    /// <param name="row">The row.</param>
    /// <param name="unread">The members that this version cannot read, which the record is without; null for
    /// none.</param>
    /// <exception cref="JournalException">It cannot be read.</exception>
    internal abstract object Read(JournalRow row, out IReadOnlyList<string>? unread);

    /// <summary>Adds a row of the journal, whose record was read, while the store is opened.</summary>
    /// <exception cref="JournalException">Its key is another, or is there already.</exception>
    internal abstract void Load(JournalRow row, object record, Owner owner);

    /// <summary>Puts a record that was read in the place of what its key has, as the row that it is.</summary>
    /// <exception cref="JournalException">Its key is another.</exception>
    internal abstract Change Replace(JournalRow row, object record, Owner owner);

    /// <summary>Takes the record of a key away.</summary>
    /// <returns>Null when there is none.</returns>
    internal abstract Change? Remove(string key, Owner owner);
}

/// <inheritdoc cref="TableState"/>
internal sealed class TableState<TRecord> : TableState
    where TRecord : class
{
    private readonly Table<TRecord> _table;
    private readonly SortedMap<IndexKey, IndexKey>[] _indexes;
    private readonly AggregateState<TRecord>[] _aggregates;

    /// <summary>The content of a table without rows.</summary>
    internal TableState(Table<TRecord> table)
        : this(table, [.. table.Aggregates.Select(aggregate => aggregate.Empty())]) { }

    private TableState(Table<TRecord> table, AggregateState<TRecord>[] aggregates)
    {
        _table = table;
        _aggregates = aggregates;
        _indexes = new SortedMap<IndexKey, IndexKey>[table.Indexes.Length];
    }

    internal SortedMap<TextKey, Row<TRecord>> Rows { get; private set; }

    internal SortedMap<IndexKey, IndexKey> Index(Index<TRecord> index) => _indexes[_table.PositionOf(index)];

    internal AggregateState<TRecord, TValue> Aggregate<TValue>(Aggregate<TRecord, TValue> aggregate)
        where TValue : class => (AggregateState<TRecord, TValue>)_aggregates[_table.PositionOf(aggregate)];

    internal override TableState Copy()
    {
        var copy = new TableState<TRecord>(_table, Array.ConvertAll(_aggregates, aggregate => aggregate.Copy()))
        {
            Rows = Rows,
        };
        _indexes.CopyTo(copy._indexes);
        return copy;
    }

    /// <summary>Adds a row, or replaces the one that holds <paramref name="before"/>.</summary>
    internal void Put(in Row<TRecord> row, TRecord? before, Owner owner)
    {
        Rows = Rows.Set(row, owner);
        for (var i = 0; i < _indexes.Length; i++)
            Reindex(_table.Indexes[i], ref _indexes[i], row.Key, before, row.Record, owner);
        foreach (var aggregate in _aggregates)
            aggregate.Replace(before, row.Record, owner);
    }

    internal void Delete(string key, TRecord before, Owner owner)
    {
        Rows = Rows.Remove(new TextKey(key), owner);
        for (var i = 0; i < _indexes.Length; i++)
            Reindex(_table.Indexes[i], ref _indexes[i], key, before, null, owner);
        foreach (var aggregate in _aggregates)
            aggregate.Replace(before, null, owner);
    }

    internal override IEnumerable<string> Keys
    {
        get
        {
            var cursor = Rows.From(new TextKey(""));
            while (cursor.MoveNext())
                yield return cursor.Current.Key;
        }
    }

    internal override object Read(JournalRow row, out IReadOnlyList<string>? unread)
    {
        try
        {
            var record = _table.Read(row.Value.Span, out unread);
            return unread is null || _table.KeyOf(record) == row.Key
                ? record
                : throw new JournalException("what its key is made of has another type.");
        }
        catch (Exception fault)
        {
            throw Unreadable(row, fault);
        }
    }

    /// <summary>What the start says of a record that it cannot read; the inner exception is the reason alone.</summary>
    private JournalException Unreadable(JournalRow row, Exception reason) =>
        new(
            $"The record '{row.Key}' of the table '{_table.Name}' cannot be read: {reason.Message} Restore the data "
                + "directory from a backup (estiba restore), start the version that wrote it, or go on without what is "
                + "damaged with --accept-loss: it is put aside then.",
            reason
        );

    internal override void Load(JournalRow row, object record, Owner owner)
    {
        var read = (TRecord)record;
        var key = _table.KeyOf(read);
        if (key != row.Key || Rows.TryFind(new TextKey(key), out _))
        {
            throw Unreadable(
                row,
                new InvalidDataException(key == row.Key ? "It is there twice." : $"What it says has the key '{key}'.")
            );
        }

        // The key that the record gave: when it is one of its members, the two are one string.
        Put(new Row<TRecord>(key, row.Id, read), before: null, owner);
    }

    internal override Change Replace(JournalRow row, object record, Owner owner)
    {
        var read = (TRecord)record;
        var key = _table.KeyOf(read);
        if (key != row.Key)
            throw new JournalException(
                $"The record '{row.Key}' of the table '{_table.Name}' has the key '{key}'. The server that leads must "
                    + "be of the same version, or later."
            );
        var exists = Rows.TryFind(new TextKey(key), out var before);
        var change = new Change<TRecord>(_table, exists ? before.Key : key, row.Id, before.Record) { After = read };
        Put(new Row<TRecord>(change.Key, row.Id, read), before.Record, owner);
        return change;
    }

    internal override Change? Remove(string key, Owner owner)
    {
        if (!Rows.TryFind(new TextKey(key), out var row))
            return null;
        Delete(row.Key, row.Record, owner);
        return new Change<TRecord>(_table, row.Key, row.Id, row.Record);
    }

    // Indexes hold keys and not records, so a change that moves a record in none of them costs none of them anything.
    private static void Reindex(
        Index<TRecord> index,
        ref SortedMap<IndexKey, IndexKey> map,
        string key,
        TRecord? before,
        TRecord? after,
        Owner owner
    )
    {
        if (index.Key.IsSame(before, after))
            return;
        if (index.Key.Of(before) is { } oldKey)
            map = map.Remove(new IndexKey(oldKey, key), owner);
        if (index.Key.Of(after) is { } newKey)
            map = map.Set(new IndexKey(newKey, key), owner);
    }
}
