namespace Estiba.Ecs.Scheduling;

/// <summary>How many tasks of each group a container instance has; groups without tasks are not among them. Immutable, sixteen bytes a group.</summary>
internal sealed class GroupCounts
{
    internal static readonly GroupCounts None = new([]);

    private readonly (string Group, int Tasks)[] _counts;

    private GroupCounts((string, int)[] counts) => _counts = counts;

    /// <summary>The groups and their tasks, in order.</summary>
    internal ReadOnlySpan<(string Group, int Tasks)> All => _counts;

    /// <summary>The groups, in order.</summary>
    internal IEnumerable<string> Names => _counts.Select(count => count.Group);

    internal int Of(string group) => Find(group) is >= 0 and var place ? _counts[place].Tasks : 0;

    /// <summary>The counts without a task of one group and with one of another; null for none.</summary>
    internal GroupCounts Replace(string? removed, string? added)
    {
        if (removed == added) return this;
        var counts = removed is null ? this : Add(removed, -1);
        return added is null ? counts : counts.Add(added, 1);
    }

    private GroupCounts Add(string group, int tasks)
    {
        var place = Find(group);
        if (place < 0) return new GroupCounts([.. _counts.AsSpan(0, ~place), (group, tasks), .. _counts.AsSpan(~place)]);
        var total = _counts[place].Tasks + tasks;
        if (total == 0) return new GroupCounts([.. _counts.AsSpan(0, place), .. _counts.AsSpan(place + 1)]);
        var counts = ((string Group, int Tasks)[])_counts.Clone();
        counts[place].Tasks = total;
        return new GroupCounts(counts);
    }

    private int Find(string group)
    {
        int low = 0, high = _counts.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = string.CompareOrdinal(_counts[middle].Group, group);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }
}
