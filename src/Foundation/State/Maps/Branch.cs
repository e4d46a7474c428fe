namespace Estiba.State.Maps;

/// <summary>A child of a branch.</summary>
internal struct Child<TKey, TItem>
    where TKey : struct, ISortKey<TKey>
    where TItem : struct, ISortItem<TItem, TKey>
{
    public ulong Head;

    /// <summary>
    /// Not greater than any key of this child, greater than every key of the child before. Of the first child it says
    /// nothing.
    /// </summary>
    public TKey Separator;

    public Node<TKey, TItem> Node;
}

/// <summary>An inner node: children in key order, told apart by separators.</summary>
internal sealed class Branch<TKey, TItem> : Node<TKey, TItem>
    where TKey : struct, ISortKey<TKey>
    where TItem : struct, ISortItem<TItem, TKey>
{
    private Slots<Child<TKey, TItem>> _slots;
    private int _total;

    private Branch(Owner owner, int skip)
        : base(owner, skip) { }

    internal ReadOnlySpan<Child<TKey, TItem>> Children => _slots[..Count];

    internal override int Total => _total;

    /// <summary>A root over two nodes.</summary>
    internal static Branch<TKey, TItem> Of(
        Node<TKey, TItem> left,
        in TKey separator,
        Node<TKey, TItem> right,
        Owner owner
    ) => From([new() { Node = left }, new() { Separator = separator, Node = right }], default, owner);

    /// <summary>The child in whose range the key lies.</summary>
    internal int Search(in TKey key)
    {
        var head = TKey.Head(key, Skip);
        var children = Children;
        int low = 1,
            high = children.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            ref readonly var child = ref children[middle];
            if (child.Head < head || (child.Head == head && TKey.Compare(child.Separator, key) <= 0))
                low = middle + 1;
            else
                high = middle - 1;
        }

        return low - 1;
    }

    internal override Node<TKey, TItem> Set(
        in TItem item,
        Bounds<TKey> bounds,
        Owner owner,
        out Node<TKey, TItem>? right,
        out TKey separator
    )
    {
        right = null;
        separator = default;
        var position = Search(item.SortKey);
        var before = Children[position].Node;
        var size = before.Total;
        var after = before.Set(item, BoundsOf(position, 1, bounds), owner, out var added, out var border);

        var branch = OwnedBy(owner);
        branch._slots[position].Node = after;
        branch._total += after.Total + (added?.Total ?? 0) - size;
        if (added is null)
            return branch;

        var child = new Child<TKey, TItem>
        {
            Head = TKey.Head(border, Skip),
            Separator = border,
            Node = added,
        };
        if (branch.Count < Capacity)
        {
            branch.Count++;
            Insert(branch._slots[..branch.Count], position + 1, child);
            return branch;
        }

        ReadOnlySpan<Child<TKey, TItem>> all =
        [
            .. branch.Children[..(position + 1)],
            child,
            .. branch.Children[(position + 1)..],
        ];

        // No branch has a single child: removing relies on every node having a neighbour to be joined with.
        var kept = bounds.IsLast && position == Count - 1 ? all.Length - 2 : all.Length / 2;
        separator = all[kept].Separator;
        right = From(all[kept..], new Bounds<TKey>(in separator, in bounds.High), owner);
        return From(all[..kept], new Bounds<TKey>(in bounds.Low, in separator), owner);
    }

    internal override Node<TKey, TItem> Remove(in TKey key, Bounds<TKey> bounds, Owner owner)
    {
        var position = Search(key);
        var before = Children[position].Node;
        var size = before.Total;
        var after = before.Remove(key, BoundsOf(position, 1, bounds), owner);
        if (after.Total == size)
            return this;

        var branch = OwnedBy(owner);
        branch._total--;
        branch._slots[position].Node = after;
        if (after.Count < Minimum)
            branch.Mend(position == 0 ? 0 : position - 1, bounds);
        return branch;
    }

    internal override Node<TKey, TItem> Join(
        Node<TKey, TItem> right,
        ref TKey separator,
        Bounds<TKey> bounds,
        Owner owner,
        out Node<TKey, TItem>? rest
    )
    {
        rest = null;
        var other = (Branch<TKey, TItem>)right;
        Span<Child<TKey, TItem>> all = [.. Children, .. other.Children];

        // A first child's separator says nothing; between two neighbours stands the one that their parent has.
        all[Count].Separator = separator;
        if (all.Length <= Capacity)
            return From(all, bounds, owner);

        var half = all.Length / 2;
        separator = all[half].Separator;
        rest = From(all[half..], new Bounds<TKey>(in separator, in bounds.High), owner);
        return From(all[..half], new Bounds<TKey>(in bounds.Low, in separator), owner);
    }

    internal override void Verify(Bounds<TKey> bounds)
    {
        Require(Count > 1, "A branch has a single child.");
        Require(Skip <= bounds.CommonLength, "A branch skips more than its bounds have in common.");
        var count = 0;
        for (var i = 0; i < Count; i++)
        {
            Require(i == 0 || Children[i].Head == TKey.Head(Children[i].Separator, Skip), "A branch has a wrong head.");
            Children[i].Node.Verify(BoundsOf(i, 1, bounds));
            count += Children[i].Node.Total;
        }

        Require(count == _total, $"A branch counts {_total} entries and has {count}.");
    }

    private static Branch<TKey, TItem> From(ReadOnlySpan<Child<TKey, TItem>> children, Bounds<TKey> bounds, Owner owner)
    {
        var branch = new Branch<TKey, TItem>(owner, bounds.CommonLength) { Count = children.Length };
        children.CopyTo(branch._slots);
        branch._total = children[0].Node.Total;
        foreach (ref var child in branch._slots[1..branch.Count])
        {
            child.Head = TKey.Head(child.Separator, branch.Skip);
            branch._total += child.Node.Total;
        }

        return branch;
    }

    /// <summary>The bounds of some children that lie side by side.</summary>
    private Bounds<TKey> BoundsOf(int first, int count, Bounds<TKey> own) =>
        new(
            in first == 0 ? ref own.Low : ref Children[first].Separator,
            in first + count == Count ? ref own.High : ref Children[first + count].Separator
        );

    private Branch<TKey, TItem> OwnedBy(Owner owner) =>
        Owner == owner
            ? this
            : new Branch<TKey, TItem>(owner, Skip)
            {
                Count = Count,
                _total = _total,
                _slots = _slots,
            };

    /// <summary>Joins the children at <paramref name="left"/> and right of it, one of which became too small.</summary>
    private void Mend(int left, Bounds<TKey> bounds)
    {
        var separator = Children[left + 1].Separator;
        _slots[left].Node = Children[left]
            .Node.Join(Children[left + 1].Node, ref separator, BoundsOf(left, 2, bounds), Owner, out var rest);
        if (rest is null)
        {
            Close(_slots[..Count], left + 1);
            Count--;
            return;
        }

        _slots[left + 1] = new Child<TKey, TItem>
        {
            Head = TKey.Head(separator, Skip),
            Separator = separator,
            Node = rest,
        };
    }
}
