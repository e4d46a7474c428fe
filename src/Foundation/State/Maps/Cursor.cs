namespace Estiba.State.Maps;

/// <summary>Walks a map's entries in key order. A mutable struct: keep it in a local and do not copy it.</summary>
internal struct Cursor<TKey, TItem>
    where TKey : struct, ISortKey<TKey>
    where TItem : struct, ISortItem<TItem, TKey>
{
    private (Branch<TKey, TItem> Branch, int Position)[] _path;
    private Leaf<TKey, TItem>? _leaf;
    private int _position;

    /// <summary>The item that <see cref="MoveNext"/> moved to.</summary>
    public readonly ref readonly TItem Current => ref _leaf!.Entries[_position].Item;

    public static Cursor<TKey, TItem> Before(Node<TKey, TItem>? root, in TKey key)
    {
        var depth = 0;
        for (var node = root; node is Branch<TKey, TItem> branch; node = branch.Children[0].Node)
            depth++;

        var cursor = new Cursor<TKey, TItem> { _path = depth == 0 ? [] : new (Branch<TKey, TItem>, int)[depth] };
        for (var level = 0; level < depth; level++)
        {
            var branch = (Branch<TKey, TItem>)root!;
            var child = branch.Search(key);
            cursor._path[level] = (branch, child);
            root = branch.Children[child].Node;
        }

        cursor._leaf = (Leaf<TKey, TItem>?)root;
        cursor._position = (cursor._leaf?.Search(key, out _) ?? 0) - 1;
        return cursor;
    }

    public bool MoveNext()
    {
        if (_leaf is null)
            return false;
        if (++_position < _leaf.Count)
            return true;

        _leaf = NextLeaf();
        _position = 0;
        return _leaf is not null;
    }

    private readonly Leaf<TKey, TItem>? NextLeaf()
    {
        for (var level = _path.Length - 1; level >= 0; level--)
        {
            ref var step = ref _path[level];
            if (++step.Position >= step.Branch.Count)
                continue;

            var node = step.Branch.Children[step.Position].Node;
            for (level++; level < _path.Length; level++)
            {
                var branch = (Branch<TKey, TItem>)node;
                _path[level] = (branch, 0);
                node = branch.Children[0].Node;
            }

            return (Leaf<TKey, TItem>)node;
        }

        return null;
    }
}
