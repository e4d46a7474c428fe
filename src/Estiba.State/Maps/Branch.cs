namespace Estiba.State.Maps;

/// <summary>A child of a branch.</summary>
internal struct Child<TKey, TValue>
    where TKey : struct, ISortKey<TKey>
{
    /// <summary>Not greater than any key of this child, greater than every key of the child before. Of the first child it says nothing.</summary>
    public TKey Separator;

    public Node<TKey, TValue> Node;
}

/// <summary>An inner node: children in key order, told apart by separators.</summary>
internal sealed class Branch<TKey, TValue>(Owner owner) : Node<TKey, TValue>(owner)
    where TKey : struct, ISortKey<TKey>
{
    private int total;

    internal Child<TKey, TValue>[] Children { get; private set; } = [];

    internal override int Total => total;

    internal static Branch<TKey, TValue> Of(Node<TKey, TValue> left, in TKey separator, Node<TKey, TValue> right, Owner owner) =>
        From([new() { Node = left }, new() { Separator = separator, Node = right }], owner);

    /// <summary>The child in whose range the key lies.</summary>
    internal int Search(in TKey key)
    {
        var children = Children;
        int low = 1, high = Slots - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            if (TKey.Compare(children[middle].Separator, key) <= 0) low = middle + 1;
            else high = middle - 1;
        }

        return low - 1;
    }

    internal override Node<TKey, TValue> Set(
        in TKey key, in TValue value, Owner owner, bool isLast, out Node<TKey, TValue>? right, out TKey separator)
    {
        right = null;
        separator = default;
        var position = Search(key);
        var before = Children[position].Node;
        var size = before.Total;
        var after = before.Set(key, value, owner, isLast && position == Slots - 1, out var added, out var border);

        var branch = OwnedBy(owner, added is null ? Slots : Slots + 1);
        branch.Children[position].Node = after;
        branch.total += after.Total + (added?.Total ?? 0) - size;
        if (added is null) return branch;

        var child = new Child<TKey, TValue> { Separator = border, Node = added };
        if (branch.Slots < Capacity)
        {
            branch.Children = Insert(branch.Children, branch.Slots, position + 1, child);
            branch.Slots++;
            return branch;
        }

        Span<Child<TKey, TValue>> all = [.. branch.Children.AsSpan(0, position + 1), child,
            .. branch.Children.AsSpan(position + 1, Slots - position - 1)];

        // No branch has a single child: removing relies on every node having a neighbour to be joined with.
        var kept = isLast && position == Slots - 1 ? all.Length - 2 : all.Length / 2;
        separator = all[kept].Separator;
        right = From(all[kept..], owner);
        return From(all[..kept], owner);
    }

    internal override Node<TKey, TValue> Remove(in TKey key, Owner owner)
    {
        var position = Search(key);
        var before = Children[position].Node;
        var size = before.Total;
        var after = before.Remove(key, owner);
        if (after.Total == size) return this;

        var branch = OwnedBy(owner, Slots);
        branch.total--;
        branch.Children[position].Node = after;
        if (after.Slots < Minimum) branch.Mend(position == 0 ? 0 : position - 1);
        return branch;
    }

    internal override (Node<TKey, TValue> Left, TKey Separator, Node<TKey, TValue>? Right) Join(
        Node<TKey, TValue> right, in TKey separator, Owner owner)
    {
        var other = (Branch<TKey, TValue>)right;
        Span<Child<TKey, TValue>> all = [.. Children.AsSpan(0, Slots), .. other.Children.AsSpan(0, other.Slots)];

        // A first child's separator says nothing; between two neighbours stands the one that their parent has.
        all[Slots].Separator = separator;
        if (all.Length <= Capacity) return (From(all, owner), default, null);

        var half = all.Length / 2;
        return (From(all[..half], owner), all[half].Separator, From(all[half..], owner));
    }

    internal override (TKey First, TKey Last) Verify()
    {
        if (Slots < 2 || Slots > Children.Length)
            throw new InvalidOperationException($"A branch has {Slots} of {Children.Length} slots.");

        TKey first = default, last = default;
        var count = 0;
        for (var i = 0; i < Slots; i++)
        {
            var (childFirst, childLast) = Children[i].Node.Verify();
            if (i == 0) first = childFirst;
            else if (TKey.Compare(Children[i].Separator, childFirst) > 0 || TKey.Compare(last, Children[i].Separator) >= 0)
                throw new InvalidOperationException("A separator does not separate.");
            last = childLast;
            count += Children[i].Node.Total;
        }

        if (count != total) throw new InvalidOperationException($"A branch counts {total} entries and has {count}.");
        return (first, last);
    }

    private static Branch<TKey, TValue> From(ReadOnlySpan<Child<TKey, TValue>> children, Owner owner)
    {
        var branch = new Branch<TKey, TValue>(owner) { Children = Room<Child<TKey, TValue>>(children.Length), Slots = children.Length };
        children.CopyTo(branch.Children);
        foreach (ref readonly var child in children) branch.total += child.Node.Total;
        return branch;
    }

    private Branch<TKey, TValue> OwnedBy(Owner owner, int slots)
    {
        if (Owner == owner) return this;

        var copy = new Branch<TKey, TValue>(owner) { Children = Room<Child<TKey, TValue>>(slots), Slots = Slots, total = total };
        Children.AsSpan(0, Slots).CopyTo(copy.Children);
        return copy;
    }

    /// <summary>Joins the children at <paramref name="left"/> and right of it, one of which became too small.</summary>
    private void Mend(int left)
    {
        var (joined, separator, rest) = Children[left].Node.Join(Children[left + 1].Node, Children[left + 1].Separator, Owner);
        Children[left].Node = joined;
        if (rest is null)
        {
            Close(Children, Slots, left + 1);
            Slots--;
            return;
        }

        Children[left + 1] = new Child<TKey, TValue> { Separator = separator, Node = rest };
    }
}
