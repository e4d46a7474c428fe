using Estiba.State.Maps;

namespace Estiba.State;

/// <summary>
/// A consistent state of all tables. <see cref="Store.Current"/> is one that never changes and is free to keep;
/// a <see cref="Transaction"/> is one that sees its own changes.
/// </summary>
public abstract class View
{
    private protected View() { }

    /// <summary>How many commits led here, counted from the data directory's beginning.</summary>
    public abstract long Revision { get; }

    /// <summary>The record with a key, or null.</summary>
    public TRecord? Find<TRecord>(Table<TRecord> table, string key)
        where TRecord : class => StateOf(table).Rows.TryFind(new TextKey(key), out var row) ? row.Record : null;

    /// <summary>
    /// The records whose keys start with a prefix, in key order. What is put while they are walked does not show.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="prefix">What the keys start with; empty for all.</param>
    /// <param name="after">The walk begins after this key, which need not exist; null to begin at the first.</param>
    public IEnumerable<TRecord> Range<TRecord>(Table<TRecord> table, string prefix = "", string? after = null)
        where TRecord : class
    {
        var rows = StateOf(table).Rows;
        KeepForWalk();
        return Walk(rows, prefix, after);

        static IEnumerable<TRecord> Walk(SortedMap<TextKey, Row<TRecord>> rows, string prefix, string? after)
        {
            var start = after is not null && string.CompareOrdinal(after, prefix) > 0 ? after : prefix;
            var cursor = rows.From(new TextKey(start));
            while (cursor.MoveNext())
            {
                var row = cursor.Current;
                if (!row.Key.StartsWith(prefix, StringComparison.Ordinal))
                    yield break;
                if (row.Key != after)
                    yield return row.Record;
            }
        }
    }

    /// <summary>
    /// The records with exactly one index key, in the order of their primary keys. What is put while they are walked
    /// does not show.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="index">One of the table's indexes.</param>
    /// <param name="key">The index key.</param>
    /// <param name="after">The walk begins after this primary key, which need not exist; null to begin at the
    /// first.</param>
    public IEnumerable<TRecord> Where<TRecord>(
        Table<TRecord> table,
        Index<TRecord> index,
        string key,
        string? after = null
    )
        where TRecord : class
    {
        var state = StateOf(table);
        var (rows, entries) = (state.Rows, state.Index(index));
        KeepForWalk();
        return Walk(rows, entries, key, after);

        static IEnumerable<TRecord> Walk(
            SortedMap<TextKey, Row<TRecord>> rows,
            SortedMap<IndexKey, IndexKey> entries,
            string key,
            string? after
        )
        {
            var cursor = entries.From(new IndexKey(key, after ?? ""));
            while (cursor.MoveNext() && cursor.Current.Index == key)
            {
                if (cursor.Current.Primary != after)
                    yield return RecordOf(rows, cursor.Current);
            }
        }
    }

    /// <summary>
    /// All records of an index in the order of their index keys, then of their primary keys, for example by a time.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="index">One of the table's indexes.</param>
    /// <param name="from">The first index key that belongs; it need not exist.</param>
    /// <param name="before">The first index key that no longer belongs; null for none.</param>
    public IEnumerable<TRecord> InOrder<TRecord>(
        Table<TRecord> table,
        Index<TRecord> index,
        string from = "",
        string? before = null
    )
        where TRecord : class
    {
        var state = StateOf(table);
        var (rows, entries) = (state.Rows, state.Index(index));
        KeepForWalk();
        return Walk(rows, entries, from, before);

        static IEnumerable<TRecord> Walk(
            SortedMap<TextKey, Row<TRecord>> rows,
            SortedMap<IndexKey, IndexKey> entries,
            string from,
            string? before
        )
        {
            var cursor = entries.From(new IndexKey(from, ""));
            while (cursor.MoveNext() && (before is null || string.CompareOrdinal(cursor.Current.Index, before) < 0))
                yield return RecordOf(rows, cursor.Current);
        }
    }

    /// <summary>How many keys start with a prefix, without walking them.</summary>
    public int Count<TRecord>(Table<TRecord> table, string prefix = "")
        where TRecord : class
    {
        var rows = StateOf(table).Rows;
        if (prefix.Length == 0)
            return rows.Count;
        var end = TextKey.AfterPrefix(prefix) is { } after ? rows.CountBelow(after) : rows.Count;
        return end - rows.CountBelow(new TextKey(prefix));
    }

    /// <summary>How many records have an index key, without walking them.</summary>
    public int Count<TRecord>(Table<TRecord> table, Index<TRecord> index, string key)
        where TRecord : class
    {
        var entries = StateOf(table).Index(index);
        return entries.CountBelow(new IndexKey(key, null)) - entries.CountBelow(new IndexKey(key, ""));
    }

    /// <summary>How many records have an index key from one to before another, without walking them.</summary>
    /// <param name="table">The table.</param>
    /// <param name="index">One of the table's indexes.</param>
    /// <param name="from">The first index key that counts; it need not exist.</param>
    /// <param name="before">The first index key that no longer counts.</param>
    public int CountBetween<TRecord>(Table<TRecord> table, Index<TRecord> index, string from, string before)
        where TRecord : class
    {
        var entries = StateOf(table).Index(index);
        return Math.Max(0, entries.CountBelow(new IndexKey(before, "")) - entries.CountBelow(new IndexKey(from, "")));
    }

    /// <summary>
    /// What the records with an aggregate's key amount to; the aggregate's empty value when there are none.
    /// </summary>
    public TValue Aggregate<TRecord, TValue>(Table<TRecord> table, Aggregate<TRecord, TValue> aggregate, string key)
        where TRecord : class
        where TValue : class => StateOf(table).Aggregate(aggregate).Find(key);

    /// <summary>
    /// The aggregate's keys that start with a prefix, in order, each with what its records amount to; keys without
    /// records are not among them. What is put while they are walked does not show.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="aggregate">One of the table's aggregates.</param>
    /// <param name="prefix">What the keys start with; empty for all.</param>
    public IEnumerable<KeyValuePair<string, TValue>> Aggregates<TRecord, TValue>(
        Table<TRecord> table,
        Aggregate<TRecord, TValue> aggregate,
        string prefix = ""
    )
        where TRecord : class
        where TValue : class
    {
        var tallies = StateOf(table).Aggregate(aggregate).Tallies;
        KeepForWalk();
        return Walk(tallies, prefix);

        static IEnumerable<KeyValuePair<string, TValue>> Walk(SortedMap<TextKey, Tally<TValue>> tallies, string prefix)
        {
            var cursor = tallies.From(new TextKey(prefix));
            while (cursor.MoveNext())
            {
                var tally = cursor.Current;
                if (!tally.Key.StartsWith(prefix, StringComparison.Ordinal))
                    yield break;
                yield return KeyValuePair.Create(tally.Key, tally.Value);
            }
        }
    }

    /// <summary>
    /// Stands for what a table holds: the same object in every view between two changes of the table. For whoever keeps
    /// what it has made of it.
    /// </summary>
    public object ContentOf<TRecord>(Table<TRecord> table)
        where TRecord : class => StateOf(table);

    internal abstract TableState<TRecord> StateOf<TRecord>(Table<TRecord> table)
        where TRecord : class;

    private static TRecord RecordOf<TRecord>(SortedMap<TextKey, Row<TRecord>> rows, in IndexKey entry)
        where TRecord : class =>
        rows.TryFind(new TextKey(entry.Primary!), out var row)
            ? row.Record
            : throw new InvalidOperationException(
                $"The index key of '{entry.Primary}' changed without the record being put."
            );

    /// <summary>Called when a walk begins over what this view shows now.</summary>
    private protected virtual void KeepForWalk() { }
}

/// <summary>A view that never changes.</summary>
internal sealed class Snapshot(Catalog catalog, TableState[] states, long revision) : View
{
    public override long Revision { get; } = revision;

    internal Catalog Catalog { get; } = catalog;

    internal ReadOnlySpan<TableState> States => states;

    internal override TableState<TRecord> StateOf<TRecord>(Table<TRecord> table) =>
        (TableState<TRecord>)states[Catalog.PlaceOf(table)];
}
