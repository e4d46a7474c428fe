using Estiba.Ecs.Queries;

namespace Estiba.Ecs.Placement;

/// <summary>
/// How many tasks of each group a container instance has; groups without tasks are not among them. Immutable, sixteen
/// bytes a group.
/// </summary>
/// <remarks>
/// A pass asks every instance for the group that it places, so the counts are in the order of hashes and not of names.
/// </remarks>
internal sealed class GroupCounts
{
    internal static readonly GroupCounts None = new([]);

    private readonly (int Hash, int Tasks, string Group)[] _counts;

    private GroupCounts((int, int, string)[] counts) => _counts = counts;

    /// <summary>The groups, each once.</summary>
    internal IEnumerable<string> Names => _counts.Select(count => count.Group);

    internal int Of(TaskGroup group) => Find(group) is >= 0 and var place ? _counts[place].Tasks : 0;

    /// <summary>The counts without a task of one group and with one of another; null for none.</summary>
    internal GroupCounts Replace(string? removed, string? added)
    {
        if (removed == added)
            return this;
        var counts = removed is null ? this : Add(new TaskGroup(removed), -1);
        return added is null ? counts : counts.Add(new TaskGroup(added), 1);
    }

    private GroupCounts Add(TaskGroup group, int tasks)
    {
        var place = Find(group);
        if (place < 0)
            return new GroupCounts([
                .. _counts.AsSpan(0, ~place),
                (group.Hash, tasks, group.Name),
                .. _counts.AsSpan(~place),
            ]);
        var total = _counts[place].Tasks + tasks;
        if (total == 0)
            return new GroupCounts([.. _counts.AsSpan(0, place), .. _counts.AsSpan(place + 1)]);
        var counts = ((int Hash, int Tasks, string Group)[])_counts.Clone();
        counts[place].Tasks = total;
        return new GroupCounts(counts);
    }

    private int Find(TaskGroup group)
    {
        int low = 0,
            high = _counts.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            ref readonly var count = ref _counts[middle];
            var order = count.Hash.CompareTo(group.Hash);
            if (order == 0)
                order = string.CompareOrdinal(count.Group, group.Name);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }
}
