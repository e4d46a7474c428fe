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
    private Leaf(Owner owner, int skip, int slots)
        : base(owner, skip) => Entries = Room<Entry<TItem>>(slots);

    internal Entry<TItem>[] Entries { get; private set; }

    internal override int Total => Slots;

    internal static Leaf<TKey, TItem> Of(in TItem item, Owner owner)
    {
        var leaf = new Leaf<TKey, TItem>(owner, skip: 0, slots: 1);
        leaf.Add(0, item);
        return leaf;
    }

    /// <summary>Where the key is, or where it would be.</summary>
    internal int Search(in TKey key, out bool found)
    {
        var head = TKey.Head(key, Skip);
        var entries = Entries;
        int low = 0, high = Slots - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            ref readonly var entry = ref entries[middle];
            var order = entry.Head.CompareTo(head);
            if (order == 0) order = TKey.Compare(entry.Item.SortKey, key);
            if (order == 0)
            {
                found = true;
                return middle;
            }

            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        found = false;
        return low;
    }

    internal override Node<TKey, TItem> Set(
        in TItem item, in Bounds<TKey> bounds, Owner owner, out Node<TKey, TItem>? right, out TKey separator)
    {
        right = null;
        separator = default;
        var position = Search(item.SortKey, out var found);
        if (found)
        {
            var replaced = OwnedBy(owner, Slots);
            replaced.Entries[position].Item = item;
            return replaced;
        }

        if (Slots < Capacity)
        {
            var grown = OwnedBy(owner, Slots + 1);
            grown.Add(position, Shared(item, position));
            return grown;
        }

        var added = new Entry<TItem> { Item = Shared(item, position) };
        ReadOnlySpan<Entry<TItem>> all = [.. Entries.AsSpan(0, position), added, .. Entries.AsSpan(position)];

        // Keys that arrive in order fill their leaves: at the map's end the full leaf stays full and a new one begins.
        var kept = bounds.High is null && position == Slots ? Slots : all.Length / 2;
        separator = all[kept].Item.SortKey;
        right = From(all[kept..], bounds with { Low = separator }, owner);
        return From(all[..kept], bounds with { High = separator }, owner);
    }

    internal override Node<TKey, TItem> Remove(in TKey key, in Bounds<TKey> bounds, Owner owner)
    {
        var position = Search(key, out var found);
        if (!found) return this;

        var leaf = OwnedBy(owner, Slots);
        Close(leaf.Entries, leaf.Slots, position);
        leaf.Slots--;
        return leaf;
    }

    internal override Node<TKey, TItem> Join(
        Node<TKey, TItem> right, ref TKey separator, in Bounds<TKey> bounds, Owner owner, out Node<TKey, TItem>? rest)
    {
        rest = null;
        var other = (Leaf<TKey, TItem>)right;
        ReadOnlySpan<Entry<TItem>> all = [.. Entries.AsSpan(0, Slots), .. other.Entries.AsSpan(0, other.Slots)];
        if (all.Length <= Capacity) return From(all, bounds, owner);

        var half = all.Length / 2;
        separator = all[half].Item.SortKey;
        rest = From(all[half..], bounds with { Low = separator }, owner);
        return From(all[..half], bounds with { High = separator }, owner);
    }

    internal override void Verify(in Bounds<TKey> bounds)
    {
        Require(Slots > 0 && Slots <= Entries.Length, "A leaf has the wrong number of slots.");
        Require(Skip <= bounds.CommonLength, "A leaf skips more than its bounds have in common.");
        for (var i = 0; i < Slots; i++)
        {
            var key = Entries[i].Item.SortKey;
            Require(Entries[i].Head == TKey.Head(key, Skip), "A leaf has a wrong head.");
            Require(i == 0 || TKey.Compare(Entries[i - 1].Item.SortKey, key) < 0, "A leaf is out of order.");
            Require(bounds.Low is not { } low || TKey.Compare(low, key) <= 0, "A key is before its leaf's bounds.");
            Require(bounds.High is not { } high || TKey.Compare(key, high) < 0, "A key is after its leaf's bounds.");
        }
    }

    private static Leaf<TKey, TItem> From(ReadOnlySpan<Entry<TItem>> entries, in Bounds<TKey> bounds, Owner owner)
    {
        var leaf = new Leaf<TKey, TItem>(owner, bounds.CommonLength, entries.Length) { Slots = entries.Length };
        entries.CopyTo(leaf.Entries);
        foreach (ref var entry in leaf.Entries.AsSpan(0, leaf.Slots)) entry.Head = TKey.Head(entry.Item.SortKey, leaf.Skip);
        return leaf;
    }

    private TItem Shared(in TItem item, int position) =>
        Slots == 0 ? item : TItem.Share(item, Entries[Math.Max(position - 1, 0)].Item);

    /// <summary>This leaf when it is the owner's, else a copy with room for the given slots.</summary>
    private Leaf<TKey, TItem> OwnedBy(Owner owner, int slots)
    {
        if (Owner == owner) return this;

        var copy = new Leaf<TKey, TItem>(owner, Skip, slots) { Slots = Slots };
        Entries.AsSpan(0, Slots).CopyTo(copy.Entries);
        return copy;
    }

    private void Add(int position, in TItem item)
    {
        Entries = Insert(Entries, Slots, position, new Entry<TItem> { Head = TKey.Head(item.SortKey, Skip), Item = item });
        Slots++;
    }
}
