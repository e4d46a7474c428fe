using System.Diagnostics.CodeAnalysis;

namespace Estiba.State.Maps;

/// <summary>Marks the nodes that one running transaction made, which it may therefore change in place.</summary>
internal sealed class Owner;

/// <summary>
/// An immutable ordered map: a B+-tree whose changes copy only the nodes on the way to the entry. Every copy of this struct is a
/// snapshot that stays as it is, as long as the <see cref="Owner"/> it was changed with is given up first.
/// </summary>
/// <remarks>
/// Every subtree knows its number of entries, so counting a range costs two descents.
/// The default value is the empty map.
/// </remarks>
internal readonly struct SortedMap<TKey, TValue>
    where TKey : struct, ISortKey<TKey>
{
    private readonly Node<TKey, TValue>? root;

    private SortedMap(Node<TKey, TValue>? root) => this.root = root;

    public int Count => root?.Total ?? 0;

    public bool TryFind(in TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        for (var node = root; node is not null;)
        {
            if (node is Branch<TKey, TValue> branch)
            {
                node = branch.Children[branch.Search(key)].Node;
                continue;
            }

            var leaf = (Leaf<TKey, TValue>)node;
            var position = leaf.Search(key, out var found);
            value = found ? leaf.Entries[position].Value : default;
            return found;
        }

        value = default;
        return false;
    }

    /// <summary>How many entries have a smaller key.</summary>
    public int CountBelow(in TKey key)
    {
        var count = 0;
        for (var node = root; node is not null;)
        {
            if (node is not Branch<TKey, TValue> branch) return count + ((Leaf<TKey, TValue>)node).Search(key, out _);

            var position = branch.Search(key);
            foreach (ref readonly var left in branch.Children.AsSpan(0, position)) count += left.Node.Total;
            node = branch.Children[position].Node;
        }

        return count;
    }

    /// <summary>A cursor before the first entry whose key is not smaller than <paramref name="key"/>.</summary>
    public Cursor<TKey, TValue> From(in TKey key) => Cursor<TKey, TValue>.Before(root, key);

    /// <summary>The map with the entry added or its value replaced; the key object that is already there stays.</summary>
    public SortedMap<TKey, TValue> Set(in TKey key, in TValue value, Owner owner)
    {
        if (root is null) return new SortedMap<TKey, TValue>(Leaf<TKey, TValue>.Of(key, value, owner));

        var left = root.Set(key, value, owner, isLast: true, out var right, out var separator);
        return new SortedMap<TKey, TValue>(right is null ? left : Branch<TKey, TValue>.Of(left, separator, right, owner));
    }

    /// <summary>The map without the key; the same map when it was not there.</summary>
    public SortedMap<TKey, TValue> Remove(in TKey key, Owner owner)
    {
        var rest = root?.Remove(key, owner);
        while (rest is Branch<TKey, TValue> { Slots: 1 } branch) rest = branch.Children[0].Node;
        return new SortedMap<TKey, TValue>(rest is { Slots: 0 } ? null : rest);
    }

    /// <summary>Throws when the tree is not in the form that its operations rely on. For tests.</summary>
    internal void Verify() => root?.Verify();
}
