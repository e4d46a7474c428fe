namespace Estiba.State.Maps;

/// <summary>A node of a <see cref="SortedMap{TKey,TValue}"/>: a leaf with entries or a branch with children.</summary>
internal abstract class Node<TKey, TValue>(Owner owner)
    where TKey : struct, ISortKey<TKey>
{
    /// <summary>Most slots of a node. Larger nodes make flatter trees, smaller ones make cheaper copies.</summary>
    internal const int Capacity = 32;

    /// <summary>A node with fewer slots than this is joined with its neighbour when something is removed.</summary>
    internal const int Minimum = Capacity / 4;

    /// <summary>Arrays grow by this many slots, so that half-full nodes do not hold empty slots.</summary>
    protected const int Step = 8;

    /// <summary>Who may change this node in place.</summary>
    internal Owner Owner { get; } = owner;

    /// <summary>The slots in use: entries of a leaf, children of a branch.</summary>
    internal int Slots { get; set; }

    /// <summary>The entries in this subtree.</summary>
    internal abstract int Total { get; }

    /// <summary>Adds or replaces an entry. A full node splits: <paramref name="right"/> is then its new right neighbour.</summary>
    internal abstract Node<TKey, TValue> Set(
        in TKey key, in TValue value, Owner owner, bool isLast, out Node<TKey, TValue>? right, out TKey separator);

    /// <summary>Removes an entry; answers this very node when there is none.</summary>
    internal abstract Node<TKey, TValue> Remove(in TKey key, Owner owner);

    /// <summary>Joins this node with its right neighbour, or shares the slots evenly when they are too many for one node.</summary>
    /// <returns>The left node, and the right one with its separator when two remain.</returns>
    internal abstract (Node<TKey, TValue> Left, TKey Separator, Node<TKey, TValue>? Right) Join(
        Node<TKey, TValue> right, in TKey separator, Owner owner);

    internal abstract (TKey First, TKey Last) Verify();

    /// <summary>An array with room for <paramref name="slots"/> slots and a little more.</summary>
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
}
