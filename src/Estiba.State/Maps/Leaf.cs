namespace Estiba.State.Maps;

/// <summary>One key with its value.</summary>
internal struct Entry<TKey, TValue>
{
    public TKey Key;
    public TValue Value;
}

/// <summary>The bottom of the tree: entries in key order.</summary>
internal sealed class Leaf<TKey, TValue>(Owner owner) : Node<TKey, TValue>(owner)
    where TKey : struct, ISortKey<TKey>
{
    internal Entry<TKey, TValue>[] Entries { get; private set; } = [];

    internal override int Total => Slots;

    internal static Leaf<TKey, TValue> Of(in TKey key, in TValue value, Owner owner)
    {
        var leaf = new Leaf<TKey, TValue>(owner) { Entries = Room<Entry<TKey, TValue>>(1), Slots = 1 };
        leaf.Entries[0] = new Entry<TKey, TValue> { Key = key, Value = value };
        return leaf;
    }

    /// <summary>Where the key is, or where it would be.</summary>
    internal int Search(in TKey key, out bool found)
    {
        var entries = Entries;
        int low = 0, high = Slots - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = TKey.Compare(entries[middle].Key, key);
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

    internal override Node<TKey, TValue> Set(
        in TKey key, in TValue value, Owner owner, bool isLast, out Node<TKey, TValue>? right, out TKey separator)
    {
        right = null;
        separator = default;
        var position = Search(key, out var found);
        if (found)
        {
            var replaced = OwnedBy(owner, Slots);
            replaced.Entries[position].Value = value;
            return replaced;
        }

        var entry = new Entry<TKey, TValue> { Key = Shared(key, position), Value = value };
        if (Slots < Capacity) return OwnedBy(owner, Slots + 1).Add(position, entry);

        // Keys that arrive in order fill their leaves: at the map's end the full leaf stays full and a new one begins.
        var kept = isLast && position == Slots ? Slots : Slots / 2;
        var upper = Slice(kept, Slots - kept, owner);
        var lower = Shortened(kept, owner);
        if (position > kept || kept == Capacity) upper.Add(position - kept, entry);
        else lower.Add(position, entry);

        right = upper;
        separator = upper.Entries[0].Key;
        return lower;
    }

    internal override Node<TKey, TValue> Remove(in TKey key, Owner owner)
    {
        var position = Search(key, out var found);
        if (!found) return this;

        var leaf = OwnedBy(owner, Slots);
        Close(leaf.Entries, leaf.Slots, position);
        leaf.Slots--;
        return leaf;
    }

    internal override (Node<TKey, TValue> Left, TKey Separator, Node<TKey, TValue>? Right) Join(
        Node<TKey, TValue> right, in TKey separator, Owner owner)
    {
        var other = (Leaf<TKey, TValue>)right;
        Span<Entry<TKey, TValue>> all = [.. Entries.AsSpan(0, Slots), .. other.Entries.AsSpan(0, other.Slots)];
        if (all.Length <= Capacity) return (From(all, owner), default, null);

        var half = all.Length / 2;
        return (From(all[..half], owner), all[half].Key, From(all[half..], owner));
    }

    internal override (TKey First, TKey Last) Verify()
    {
        if (Slots < 1 || Slots > Entries.Length) throw new InvalidOperationException($"A leaf has {Slots} of {Entries.Length} slots.");
        for (var i = 1; i < Slots; i++)
        {
            if (TKey.Compare(Entries[i - 1].Key, Entries[i].Key) >= 0) throw new InvalidOperationException("A leaf is out of order.");
        }

        return (Entries[0].Key, Entries[Slots - 1].Key);
    }

    private static Leaf<TKey, TValue> From(ReadOnlySpan<Entry<TKey, TValue>> entries, Owner owner)
    {
        var leaf = new Leaf<TKey, TValue>(owner) { Entries = Room<Entry<TKey, TValue>>(entries.Length), Slots = entries.Length };
        entries.CopyTo(leaf.Entries);
        return leaf;
    }

    private TKey Shared(in TKey key, int position)
    {
        if (position > 0) return TKey.Share(key, Entries[position - 1].Key);
        return Slots > 0 ? TKey.Share(key, Entries[0].Key) : key;
    }

    /// <summary>This leaf when it is the owner's, else a copy with room for the given slots.</summary>
    private Leaf<TKey, TValue> OwnedBy(Owner owner, int slots)
    {
        if (Owner == owner) return this;

        var copy = new Leaf<TKey, TValue>(owner) { Entries = Room<Entry<TKey, TValue>>(slots), Slots = Slots };
        Entries.AsSpan(0, Slots).CopyTo(copy.Entries);
        return copy;
    }

    private Leaf<TKey, TValue> Add(int position, in Entry<TKey, TValue> entry)
    {
        Entries = Insert(Entries, Slots, position, entry);
        Slots++;
        return this;
    }

    private Leaf<TKey, TValue> Slice(int start, int length, Owner owner) => From(Entries.AsSpan(start, length), owner);

    private Leaf<TKey, TValue> Shortened(int length, Owner owner) => length == Slots ? this : Slice(0, length, owner);
}
