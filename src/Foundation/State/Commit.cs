using System.Text.Json;

namespace Estiba.State;

/// <summary>What one transaction changed, as watchers get it: durable and visible.</summary>
/// <param name="View">The state after this commit and before the next.</param>
/// <param name="Changes">One change for each record, in the order in which the transaction first touched them.</param>
public sealed record Commit(View View, IReadOnlyList<Change> Changes)
{
    private IReadOnlyList<ChangedTable>? _tables;

    /// <summary>
    /// The commit's number: one more than that of the one before, but where a follower takes several as one.
    /// </summary>
    public long Revision => View.Revision;

    /// <summary>The changes by table, in the order in which the transaction first touched the tables.</summary>
    public IReadOnlyList<ChangedTable> Tables => _tables ??= ChangedTable.Group(Changes);

    /// <summary>The changes of one table.</summary>
    public IEnumerable<Change<TRecord>> Of<TRecord>(Table<TRecord> table)
        where TRecord : class
    {
        foreach (var changed in Tables)
        {
            if (changed.Table != table)
                continue;
            foreach (var change in changed.Changes)
                yield return (Change<TRecord>)change;
        }
    }
}

/// <summary>One record before and after a commit.</summary>
public abstract class Change
{
    private protected Change(Table table, string key, long rowId)
    {
        Table = table;
        Key = key;
        RowId = rowId;
    }

    /// <summary>The record's table.</summary>
    public Table Table { get; }

    /// <summary>The record's key.</summary>
    public string Key { get; }

    /// <summary>
    /// The number of the record's row in the journal; it stays the same as long as the record exists.
    /// </summary>
    public long RowId { get; }

    /// <summary>Whether the record is gone.</summary>
    public abstract bool IsDelete { get; }

    /// <summary>Whether the record differs from before the transaction.</summary>
    internal abstract bool IsReal { get; }

    /// <summary>Writes the record as JSON, as the journal keeps it.</summary>
    /// <exception cref="InvalidOperationException">The record is gone.</exception>
    public abstract void Write(Utf8JsonWriter writer);
}

/// <inheritdoc cref="Change"/>
public sealed class Change<TRecord> : Change
    where TRecord : class
{
    internal Change(Table<TRecord> table, string key, long rowId, TRecord? before)
        : base(table, key, rowId) => Before = before;

    /// <summary>The record before the commit; null when it is new.</summary>
    public TRecord? Before { get; }

    /// <summary>The record after the commit; null when it is gone.</summary>
    public TRecord? After { get; internal set; }

    /// <inheritdoc/>
    public override bool IsDelete => After is null;

    internal override bool IsReal => !ReferenceEquals(Before, After);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer) =>
        ((Table<TRecord>)Table).Write(
            After ?? throw new InvalidOperationException($"The record '{Key}' is gone."),
            writer
        );
}
