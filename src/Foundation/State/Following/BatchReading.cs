using Estiba.State.Journals;
using Estiba.State.Maps;

namespace Estiba.State.Following;

/// <summary>Makes the next state of a follower of the one that it has and a batch.</summary>
internal static class BatchReading
{
    /// <summary>From so many rows on, all processors read records.</summary>
    private const int ManyRows = 1_000;

    /// <summary>The state after a batch, and what changed of it. Rows of tables that this version does not know are
    /// the journal's alone.</summary>
    /// <param name="basis">The state before it.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="unread">Gets the members that are left out.</param>
    /// <exception cref="JournalException">A row cannot be read.</exception>
    internal static (Snapshot After, IReadOnlyList<Change> Changes) Apply(
        Snapshot basis,
        RowBatch batch,
        UnreadMembers unread
    )
    {
        var owner = new Owner();
        var places = basis.Catalog.Tables.Select((table, place) => (table.Name, place)).ToDictionary();
        var states = basis.States.ToArray();
        var isOwn = new bool[states.Length];
        var changes = new List<Change>();
        var rows = Read(batch.Rows.Where(row => places.ContainsKey(row.Table)).ToList(), basis, places, unread);
        foreach (var (table, key) in Gone(basis, batch))
        {
            if (places.TryGetValue(table, out var place) && Own(place).Remove(key, owner) is { } change)
                changes.Add(change);
        }

        foreach (var (row, record) in rows)
            changes.Add(Own(places[row.Table]).Replace(row, record, owner));
        return (new Snapshot(basis.Catalog, states, batch.Position.Revision), changes);

        TableState Own(int place)
        {
            if (!isOwn[place])
                (isOwn[place], states[place]) = (true, states[place].Copy());
            return states[place];
        }
    }

    /// <summary>
    /// The records that the batch takes away. One that was deleted and is there again, in another row, is replaced.
    /// </summary>
    private static List<(string Table, string Key)> Gone(Snapshot basis, RowBatch batch)
    {
        var there = batch.Rows.Select(row => (row.Table, row.Key)).ToHashSet();
        var known = batch.IsWhole
            ? basis
                .Catalog.Tables.Zip(basis.States.ToArray())
                .SelectMany(table => table.Second.Keys.Select(key => (table.First.Name, key)))
            : batch.Deleted.Select(row => (row.Table, row.Key));
        return [.. known.Where(key => !there.Contains(key))];
    }

    private static List<(JournalRow Row, object Record)> Read(
        List<JournalRow> rows,
        Snapshot basis,
        Dictionary<string, int> places,
        UnreadMembers unread
    )
    {
        var states = basis.States.ToArray();
        if (rows.Count < ManyRows)
            return rows.ConvertAll(Read);
        try
        {
            return [.. rows.AsParallel().AsOrdered().Select(Read)];
        }
        catch (AggregateException several) when (several.InnerExceptions[0] is JournalException first)
        {
            throw new JournalException(first.Message, several);
        }

        (JournalRow, object) Read(JournalRow row)
        {
            var record = states[places[row.Table]].Read(row, out var leftOut);
            if (leftOut is not null)
                unread.Note(row, leftOut);
            return (row, record);
        }
    }
}
