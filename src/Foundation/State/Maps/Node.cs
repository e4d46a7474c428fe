using System.Runtime.CompilerServices;

namespace Estiba.State.Maps;

/// <summary>A node of a <see cref="SortedMap{TKey,TItem}"/>: a leaf with entries or a branch with children.</summary>
/// <param name="owner">Who may change this node in place.</param>
/// <param name="skip">How many characters all its keys, and all that may come, begin with alike; its heads begin after
/// them.</param>
internal abstract class Node<TKey, TItem>(Owner owner, int skip)
    where TKey : struct, ISortKey<TKey>
    where TItem : struct, ISortItem<TItem, TKey>
{
    /// <summary>Most slots of a node. Larger nodes make flatter trees, smaller ones make cheaper copies.</summary>
    internal const int Capacity = Slots<byte>.Capacity;

    /// <summary>A node with fewer slots than this is joined with its neighbour when something is removed.</summary>
    internal const int Minimum = Capacity / 4;

    internal Owner Owner { get; } = owner;

    internal int Skip { get; } = skip;

    /// <summary>The slots in use: entries of a leaf, children of a branch.</summary>
    internal int Count { get; set; }

    /// <summary>The entries in this subtree.</summary>
    internal abstract int Total { get; }

    /// <summary>
    /// Adds or replaces an entry. A full node splits: <paramref name="right"/> is then its new right neighbour.
    /// </summary>
    internal abstract Node<TKey, TItem> Set(
        in TItem item,
        Bounds<TKey> bounds,
        Owner owner,
        out Node<TKey, TItem>? right,
        out TKey separator
    );

    /// <summary>Removes an entry; answers this very node when there is none.</summary>
    internal abstract Node<TKey, TItem> Remove(in TKey key, Bounds<TKey> bounds, Owner owner);

    /// <summary>
    /// Joins this node with its right neighbour, or shares the slots evenly when they are too many for one node.
    /// </summary>
    /// <param name="right">The neighbour.</param>
    /// <param name="separator">Stands between the two; afterwards what stands between the two that remain.</param>
    /// <param name="bounds">Of both together.</param>
    /// <param name="owner">Who may change what remains.</param>
    /// <param name="rest">The right one of two that remain.</param>
    internal abstract Node<TKey, TItem> Join(
        Node<TKey, TItem> right,
        ref TKey separator,
        Bounds<TKey> bounds,
        Owner owner,
        out Node<TKey, TItem>? rest
    );

    /// <summary>Throws when this subtree is not in the form that its operations rely on.</summary>
    internal abstract void Verify(Bounds<TKey> bounds);

    /// <summary>Opens a gap at a position, for a slot.</summary>
    /// <param name="slots">The slots in use, and one more.</param>
    protected static void Insert<TSlot>(Span<TSlot> slots, int position, in TSlot slot)
    {
        slots[position..^1].CopyTo(slots[(position + 1)..]);
        slots[position] = slot;
    }

    /// <summary>Closes the gap at a position.</summary>
    /// <param name="slots">The slots in use; the last of them is not any more.</param>
    protected static void Close<TSlot>(Span<TSlot> slots, int position)
    {
        slots[(position + 1)..].CopyTo(slots[position..]);
        slots[^1] = default!;
    }

    protected static void Require(bool condition, string what)
    {
        if (!condition)
            throw new InvalidOperationException(what);
    }
}

/// <summary>The slots of a node, inside of it: a node is one object, which is what the collector counts.</summary>
[InlineArray(Capacity)]
internal struct Slots<TSlot>
{
    internal const int Capacity = 16;

    private TSlot _first;
}
