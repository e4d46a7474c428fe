namespace Estiba.State.Maps;

/// <summary>Marks the nodes that one running transaction made, which it may therefore change in place.</summary>
internal sealed class Owner;

/// <summary>
/// An immutable ordered map: a B+-tree whose changes copy only the nodes on the way to the entry. Every copy of this
/// struct is a snapshot that stays as it is, as long as the <see cref="Owner"/> it was changed with is given up first.
/// </summary>
/// <remarks>
/// Every subtree knows its number of entries, so counting a range costs two descents.
/// The default value is the empty map.
/// </remarks>
internal readonly struct SortedMap<TKey, TItem>
    where TKey : struct, ISortKey<TKey>
    where TItem : struct, ISortItem<TItem, TKey>
{
    private readonly Node<TKey, TItem>? _root;

    private SortedMap(Node<TKey, TItem>? root) => _root = root;

    public int Count => _root?.Total ?? 0;

    public bool TryFind(in TKey key, out TItem item)
    {
        for (var node = _root; node is not null; )
        {
            if (node is Branch<TKey, TItem> branch)
            {
                node = branch.Children[branch.Search(key)].Node;
                continue;
            }

            var leaf = (Leaf<TKey, TItem>)node;
            var position = leaf.Search(key, out var found);
            item = found ? leaf.Entries[position].Item : default;
            return found;
        }

        item = default;
        return false;
    }

    /// <summary>How many entries have a smaller key.</summary>
    public int CountBelow(in TKey key)
    {
        var count = 0;
        for (var node = _root; node is not null; )
        {
            if (node is not Branch<TKey, TItem> branch)
                return count + ((Leaf<TKey, TItem>)node).Search(key, out _);

            var position = branch.Search(key);
            foreach (ref readonly var left in branch.Children[..position])
                count += left.Node.Total;
            node = branch.Children[position].Node;
        }

        return count;
    }

    /// <summary>A cursor before the first entry whose key is not smaller than <paramref name="key"/>.</summary>
    public Cursor<TKey, TItem> From(in TKey key) => Cursor<TKey, TItem>.Before(_root, key);

    /// <summary>The map with the item added, or in place of the one with the same key.</summary>
    public SortedMap<TKey, TItem> Set(in TItem item, Owner owner)
    {
        if (_root is null)
            return new SortedMap<TKey, TItem>(Leaf<TKey, TItem>.Of(item, owner));

        var left = _root.Set(item, default, owner, out var right, out var separator);
        return new SortedMap<TKey, TItem>(right is null ? left : Branch<TKey, TItem>.Of(left, separator, right, owner));
    }

    /// <summary>The map without the key; the same map when it was not there.</summary>
    public SortedMap<TKey, TItem> Remove(in TKey key, Owner owner)
    {
        var rest = _root?.Remove(key, default, owner);
        while (rest is Branch<TKey, TItem> { Count: 1 } branch)
            rest = branch.Children[0].Node;
        return new SortedMap<TKey, TItem>(rest is { Count: 0 } ? null : rest);
    }

    /// <summary>Throws when the tree is not in the form that its operations rely on. For tests.</summary>
    internal void Verify() => _root?.Verify(default);
}
