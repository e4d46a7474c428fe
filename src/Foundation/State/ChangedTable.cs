namespace Estiba.State;

/// <summary>What a commit changed in one table.</summary>
/// <param name="Table">The table.</param>
/// <param name="Changes">One change for each record.</param>
public readonly record struct ChangedTable(Table Table, IReadOnlyList<Change> Changes)
{
    /// <summary>Sorts changes by their tables. Most commits change one table, or few.</summary>
    internal static IReadOnlyList<ChangedTable> Group(IReadOnlyList<Change> changes)
    {
        if (changes.Count == 0)
            return [];
        var first = changes[0].Table;
        var same = 1;
        while (same < changes.Count && changes[same].Table == first)
            same++;
        if (same == changes.Count)
            return [new ChangedTable(first, changes)];

        var groups = new List<ChangedTable>();
        List<Change>? current = null;
        for (var i = 0; i < changes.Count; i++)
        {
            var table = changes[i].Table;
            if (current is null || current[0].Table != table)
                current = Find(groups, table) ?? Add(groups, table);
            current.Add(changes[i]);
        }

        return groups;
    }

    private static List<Change>? Find(List<ChangedTable> groups, Table table)
    {
        foreach (var group in groups)
        {
            if (group.Table == table)
                return (List<Change>)group.Changes;
        }

        return null;
    }

    private static List<Change> Add(List<ChangedTable> groups, Table table)
    {
        var changes = new List<Change>();
        groups.Add(new ChangedTable(table, changes));
        return changes;
    }
}
