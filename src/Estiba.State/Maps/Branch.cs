namespace Estiba.State.Maps;

/// <summary>A child of a branch.</summary>
internal struct Child<TKey, TItem>
    where TKey : struct, ISortKey<TKey>
    where TItem : struct, ISortItem<TItem, TKey>
{
    public ulong Head;

    /// <summary>Not greater than any key of this child, greater than every key of the child before. Of the first child it says nothing.</summary>
    public TKey Separator;

    public Node<TKey, TItem> Node;
}

/// <summary>An inner node: children in key order, told apart by separators.</summary>
internal sealed class Branch<TKey, TItem> : Node<TKey, TItem>
    where TKey : struct, ISortKey<TKey>
    where TItem : struct, ISortItem<TItem, TKey>
{
    private int total;

    private Branch(Owner owner, int skip, int slots)
        : base(owner, skip) => Children = Room<Child<TKey, TItem>>(slots);

    internal Child<TKey, TItem>[] Children { get; private set; }

    internal override int Total => total;

    /// <summary>A root over two nodes.</summary>
    internal static Branch<TKey, TItem> Of(Node<TKey, TItem> left, in TKey separator, Node<TKey, TItem> right, Owner owner) =>
        From([new() { Node = left }, new() { Separator = separator, Node = right }], default, owner);

    /// <summary>The child in whose range the key lies.</summary>
    internal int Search(in TKey key)
    {
        var head = TKey.Head(key, Skip);
        var children = Children;
        int low = 1, high = Slots - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            ref readonly var child = ref children[middle];
            if (child.Head < head || (child.Head == head && TKey.Compare(child.Separator, key) <= 0)) low = middle + 1;
            else high = middle - 1;
        }

        return low - 1;
    }

    internal override Node<TKey, TItem> Set(
        in TItem item, in Bounds<TKey> bounds, Owner owner, out Node<TKey, TItem>? right, out TKey separator)
    {
        right = null;
        separator = default;
        var position = Search(item.SortKey);
        var before = Children[position].Node;
        var size = before.Total;
        var after = before.Set(item, BoundsOf(position, 1, bounds), owner, out var added, out var border);

        var branch = OwnedBy(owner, added is null ? Slots : Slots + 1);
        branch.Children[position].Node = after;
        branch.total += after.Total + (added?.Total ?? 0) - size;
        if (added is null) return branch;

        var child = new Child<TKey, TItem> { Head = TKey.Head(border, Skip), Separator = border, Node = added };
        if (branch.Slots < Capacity)
        {
            branch.Children = Insert(branch.Children, branch.Slots, position + 1, child);
            branch.Slots++;
            return branch;
        }

        ReadOnlySpan<Child<TKey, TItem>> all =
            [.. branch.Children.AsSpan(0, position + 1), child, .. branch.Children.AsSpan(position + 1)];

        // No branch has a single child: removing relies on every node having a neighbour to be joined with.
        var kept = bounds.High is null && position == Slots - 1 ? all.Length - 2 : all.Length / 2;
        separator = all[kept].Separator;
        right = From(all[kept..], bounds with { Low = separator }, owner);
        return From(all[..kept], bounds with { High = separator }, owner);
    }

    internal override Node<TKey, TItem> Remove(in TKey key, in Bounds<TKey> bounds, Owner owner)
    {
        var position = Search(key);
        var before = Children[position].Node;
        var size = before.Total;
        var after = before.Remove(key, BoundsOf(position, 1, bounds), owner);
        if (after.Total == size) return this;

        var branch = OwnedBy(owner, Slots);
        branch.total--;
        branch.Children[position].Node = after;
        if (after.Slots < Minimum) branch.Mend(position == 0 ? 0 : position - 1, bounds);
        return branch;
    }

    internal override Node<TKey, TItem> Join(
        Node<TKey, TItem> right, ref TKey separator, in Bounds<TKey> bounds, Owner owner, out Node<TKey, TItem>? rest)
    {
        rest = null;
        var other = (Branch<TKey, TItem>)right;
        Span<Child<TKey, TItem>> all = [.. Children.AsSpan(0, Slots), .. other.Children.AsSpan(0, other.Slots)];

        // A first child's separator says nothing; between two neighbours stands the one that their parent has.
        all[Slots].Separator = separator;
        if (all.Length <= Capacity) return From(all, bounds, owner);

        var half = all.Length / 2;
        separator = all[half].Separator;
        rest = From(all[half..], bounds with { Low = separator }, owner);
        return From(all[..half], bounds with { High = separator }, owner);
    }

    internal override void Verify(in Bounds<TKey> bounds)
    {
        Require(Slots > 1 && Slots <= Children.Length, "A branch has the wrong number of slots.");
        Require(Skip <= bounds.CommonLength, "A branch skips more than its bounds have in common.");
        var count = 0;
        for (var i = 0; i < Slots; i++)
        {
            Require(i == 0 || Children[i].Head == TKey.Head(Children[i].Separator, Skip), "A branch has a wrong head.");
            Children[i].Node.Verify(BoundsOf(i, 1, bounds));
            count += Children[i].Node.Total;
        }

        Require(count == total, $"A branch counts {total} entries and has {count}.");
    }

    private static Branch<TKey, TItem> From(ReadOnlySpan<Child<TKey, TItem>> children, in Bounds<TKey> bounds, Owner owner)
    {
        var branch = new Branch<TKey, TItem>(owner, bounds.CommonLength, children.Length) { Slots = children.Length };
        children.CopyTo(branch.Children);
        branch.total = children[0].Node.Total;
        foreach (ref var child in branch.Children.AsSpan(1, branch.Slots - 1))
        {
            child.Head = TKey.Head(child.Separator, branch.Skip);
            branch.total += child.Node.Total;
        }

        return branch;
    }

    /// <summary>The bounds of some children that lie side by side.</summary>
    private Bounds<TKey> BoundsOf(int first, int count, in Bounds<TKey> own) => new(
        first == 0 ? own.Low : Children[first].Separator,
        first + count == Slots ? own.High : Children[first + count].Separator);

    private Branch<TKey, TItem> OwnedBy(Owner owner, int slots)
    {
        if (Owner == owner) return this;

        var copy = new Branch<TKey, TItem>(owner, Skip, slots) { Slots = Slots, total = total };
        Children.AsSpan(0, Slots).CopyTo(copy.Children);
        return copy;
    }

    /// <summary>Joins the children at <paramref name="left"/> and right of it, one of which became too small.</summary>
    private void Mend(int left, in Bounds<TKey> bounds)
    {
        var separator = Children[left + 1].Separator;
        Children[left].Node = Children[left].Node.Join(
            Children[left + 1].Node, ref separator, BoundsOf(left, 2, bounds), Owner, out var rest);
        if (rest is null)
        {
            Close(Children, Slots, left + 1);
            Slots--;
            return;
        }

        Children[left + 1] = new Child<TKey, TItem> { Head = TKey.Head(separator, Skip), Separator = separator, Node = rest };
    }
}
