namespace Estiba.State.Maps;

/// <summary>A node of a <see cref="SortedMap{TKey,TItem}"/>: a leaf with entries or a branch with children.</summary>
/// <param name="owner">Who may change this node in place.</param>
/// <param name="skip">How many characters all its keys, and all that may come, begin with alike; its heads begin after them.</param>
internal abstract class Node<TKey, TItem>(Owner owner, int skip)
    where TKey : struct, ISortKey<TKey>
    where TItem : struct, ISortItem<TItem, TKey>
{
    /// <summary>Most slots of a node. Larger nodes make flatter trees, smaller ones make cheaper copies.</summary>
    internal const int Capacity = 16;

    /// <summary>A node with fewer slots than this is joined with its neighbour when something is removed.</summary>
    internal const int Minimum = Capacity / 4;

    /// <summary>Arrays grow by this many slots, so that half-full nodes do not hold empty slots.</summary>
    private const int Step = 4;

    internal Owner Owner { get; } = owner;

    internal int Skip { get; } = skip;

    /// <summary>The slots in use: entries of a leaf, children of a branch.</summary>
    internal int Slots { get; set; }

    /// <summary>The entries in this subtree.</summary>
    internal abstract int Total { get; }

    /// <summary>Adds or replaces an entry. A full node splits: <paramref name="right"/> is then its new right neighbour.</summary>
    internal abstract Node<TKey, TItem> Set(
        in TItem item, in Bounds<TKey> bounds, Owner owner, out Node<TKey, TItem>? right, out TKey separator);

    /// <summary>Removes an entry; answers this very node when there is none.</summary>
    internal abstract Node<TKey, TItem> Remove(in TKey key, in Bounds<TKey> bounds, Owner owner);

    /// <summary>Joins this node with its right neighbour, or shares the slots evenly when they are too many for one node.</summary>
    /// <param name="right">The neighbour.</param>
    /// <param name="separator">Stands between the two; afterwards what stands between the two that remain.</param>
    /// <param name="bounds">Of both together.</param>
    /// <param name="owner">Who may change what remains.</param>
    /// <param name="rest">The right one of two that remain.</param>
    internal abstract Node<TKey, TItem> Join(
        Node<TKey, TItem> right, ref TKey separator, in Bounds<TKey> bounds, Owner owner, out Node<TKey, TItem>? rest);

    /// <summary>Throws when this subtree is not in the form that its operations rely on.</summary>
    internal abstract void Verify(in Bounds<TKey> bounds);

    /// <summary>An array with room for so many slots and a little more.</summary>
    protected static TSlot[] Room<TSlot>(int slots) => new TSlot[Math.Min(Capacity, (slots + Step - 1) / Step * Step)];

    /// <summary>Opens a gap at a position, in the same array while it has room.</summary>
    protected static TSlot[] Insert<TSlot>(TSlot[] slots, int used, int position, in TSlot slot)
    {
        var target = used < slots.Length ? slots : Room<TSlot>(used + 1);
        if (target != slots) Array.Copy(slots, target, position);
        Array.Copy(slots, position, target, position + 1, used - position);
        target[position] = slot;
        return target;
    }

    /// <summary>Closes the gap at a position.</summary>
    protected static void Close<TSlot>(TSlot[] slots, int used, int position)
    {
        Array.Copy(slots, position + 1, slots, position, used - position - 1);
        slots[used - 1] = default!;
    }

    protected static void Require(bool condition, string what)
    {
        if (!condition) throw new InvalidOperationException(what);
    }
}
