namespace Estiba.State.Maps;

/// <summary>One item.</summary>
internal struct Entry<TItem>
{
    public ulong Head;
    public TItem Item;
}

/// <summary>The bottom of the tree: entries in key order.</summary>
internal sealed class Leaf<TKey, TItem> : Node<TKey, TItem>
    where TKey : struct, ISortKey<TKey>
    where TItem : struct, ISortItem<TItem, TKey>
{
    private Slots<Entry<TItem>> _slots;

    private Leaf(Owner owner, int skip)
        : base(owner, skip) { }

    internal ReadOnlySpan<Entry<TItem>> Entries => _slots[..Count];

    internal override int Total => Count;

    internal static Leaf<TKey, TItem> Of(in TItem item, Owner owner)
    {
        var leaf = new Leaf<TKey, TItem>(owner, skip: 0);
        leaf.Add(0, item);
        return leaf;
    }

    /// <summary>Where the key is, or where it would be.</summary>
    internal int Search(in TKey key, out bool found)
    {
        var head = TKey.Head(key, Skip);
        var entries = Entries;
        int low = 0,
            high = entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            ref readonly var entry = ref entries[middle];
            var order = entry.Head.CompareTo(head);
            if (order == 0)
                order = TKey.Compare(entry.Item.SortKey, key);
            if (order == 0)
            {
                found = true;
                return middle;
            }

            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        found = false;
        return low;
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
        var position = Search(item.SortKey, out var found);
        if (found)
        {
            var replaced = OwnedBy(owner);
            replaced._slots[position].Item = item;
            return replaced;
        }

        if (Count < Capacity)
        {
            var grown = OwnedBy(owner);
            grown.Add(position, Shared(item, position));
            return grown;
        }

        var added = new Entry<TItem> { Item = Shared(item, position) };
        ReadOnlySpan<Entry<TItem>> all = [.. Entries[..position], added, .. Entries[position..]];

        // Keys that arrive in order fill their leaves: at the map's end the full leaf stays full and a new one begins.
        var kept = bounds.IsLast && position == Count ? Count : all.Length / 2;
        separator = all[kept].Item.SortKey;
        right = From(all[kept..], new Bounds<TKey>(in separator, in bounds.High), owner);
        return From(all[..kept], new Bounds<TKey>(in bounds.Low, in separator), owner);
    }

    internal override Node<TKey, TItem> Remove(in TKey key, Bounds<TKey> bounds, Owner owner)
    {
        var position = Search(key, out var found);
        if (!found)
            return this;

        var leaf = OwnedBy(owner);
        Close(leaf._slots[..leaf.Count], position);
        leaf.Count--;
        return leaf;
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
        var other = (Leaf<TKey, TItem>)right;
        ReadOnlySpan<Entry<TItem>> all = [.. Entries, .. other.Entries];
        if (all.Length <= Capacity)
            return From(all, bounds, owner);

        var half = all.Length / 2;
        separator = all[half].Item.SortKey;
        rest = From(all[half..], new Bounds<TKey>(in separator, in bounds.High), owner);
        return From(all[..half], new Bounds<TKey>(in bounds.Low, in separator), owner);
    }

    internal override void Verify(Bounds<TKey> bounds)
    {
        Require(Count > 0, "A leaf is empty.");
        Require(Skip <= bounds.CommonLength, "A leaf skips more than its bounds have in common.");
        for (var i = 0; i < Count; i++)
        {
            var key = Entries[i].Item.SortKey;
            Require(Entries[i].Head == TKey.Head(key, Skip), "A leaf has a wrong head.");
            Require(i == 0 || TKey.Compare(Entries[i - 1].Item.SortKey, key) < 0, "A leaf is out of order.");
            Require(bounds.IsFirst || TKey.Compare(bounds.Low, key) <= 0, "A key is before its leaf's bounds.");
            Require(bounds.IsLast || TKey.Compare(key, bounds.High) < 0, "A key is after its leaf's bounds.");
        }
    }

    private static Leaf<TKey, TItem> From(ReadOnlySpan<Entry<TItem>> entries, Bounds<TKey> bounds, Owner owner)
    {
        var leaf = new Leaf<TKey, TItem>(owner, bounds.CommonLength) { Count = entries.Length };
        entries.CopyTo(leaf._slots);
        foreach (ref var entry in leaf._slots[..leaf.Count])
            entry.Head = TKey.Head(entry.Item.SortKey, leaf.Skip);
        return leaf;
    }

    private TItem Shared(in TItem item, int position) =>
        Count == 0 ? item : TItem.Share(item, Entries[Math.Max(position - 1, 0)].Item);

    /// <summary>This leaf when it is the owner's, else a copy that is.</summary>
    private Leaf<TKey, TItem> OwnedBy(Owner owner) =>
        Owner == owner ? this : new Leaf<TKey, TItem>(owner, Skip) { Count = Count, _slots = _slots };

    private void Add(int position, in TItem item)
    {
        Count++;
        Insert(_slots[..Count], position, new Entry<TItem> { Head = TKey.Head(item.SortKey, Skip), Item = item });
    }
}
