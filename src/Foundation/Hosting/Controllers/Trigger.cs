using Estiba.State;

namespace Estiba.Hosting.Controllers;

/// <summary>
/// Says which keys the changes of a table concern. Pure, and quick: it hears of every commit that changes the table.
/// </summary>
public abstract class Trigger
{
    private protected Trigger(Table table) => Table = table;

    /// <summary>The table.</summary>
    public Table Table { get; }

    /// <summary>A trigger that finds one key, or none, for each change.</summary>
    /// <param name="table">The table.</param>
    /// <param name="key">The key that a change concerns; null for none.</param>
    public static Trigger On<TRecord>(Table<TRecord> table, Func<Change<TRecord>, string?> key)
        where TRecord : class => new Typed<TRecord>(table, (changes, enqueue) =>
        {
            foreach (var change in changes)
            {
                if (key(change) is { } concerned)
                    enqueue(concerned);
            }
        });

    /// <summary>A trigger that finds any keys for all changes of one commit.</summary>
    /// <param name="table">The table.</param>
    /// <param name="keys">Hands in each key that the changes concern; one may be handed in several times.</param>
    public static Trigger OnAll<TRecord>(Table<TRecord> table, Action<TableChanges<TRecord>, Action<string>> keys)
        where TRecord : class => new Typed<TRecord>(table, keys);

    /// <summary>Hands in the keys that changes of its table concern.</summary>
    /// <param name="view">The state after the commit.</param>
    /// <param name="changes">The commit's changes of the table.</param>
    /// <param name="enqueue">Takes the keys.</param>
    public abstract void Find(View view, IReadOnlyList<Change> changes, Action<string> enqueue);

    private sealed class Typed<TRecord>(Table<TRecord> table, Action<TableChanges<TRecord>, Action<string>> keys)
        : Trigger(table)
        where TRecord : class
    {
        public override void Find(View view, IReadOnlyList<Change> changes, Action<string> enqueue) =>
            keys(new TableChanges<TRecord>(view, changes), enqueue);
    }
}
