namespace Estiba.State.Maps;

/// <summary>Walks a map's entries in key order. A mutable struct: keep it in a local and do not copy it.</summary>
internal struct Cursor<TKey, TValue>
    where TKey : struct, ISortKey<TKey>
{
    private (Branch<TKey, TValue> Branch, int Position)[] path;
    private Leaf<TKey, TValue>? leaf;
    private int position;

    /// <summary>The entry that <see cref="MoveNext"/> moved to.</summary>
    public readonly ref readonly Entry<TKey, TValue> Current => ref leaf!.Entries[position];

    public static Cursor<TKey, TValue> Before(Node<TKey, TValue>? root, in TKey key)
    {
        var depth = 0;
        for (var node = root; node is Branch<TKey, TValue> branch; node = branch.Children[0].Node) depth++;

        var cursor = new Cursor<TKey, TValue> { path = depth == 0 ? [] : new (Branch<TKey, TValue>, int)[depth] };
        for (var level = 0; level < depth; level++)
        {
            var branch = (Branch<TKey, TValue>)root!;
            var child = branch.Search(key);
            cursor.path[level] = (branch, child);
            root = branch.Children[child].Node;
        }

        cursor.leaf = (Leaf<TKey, TValue>?)root;
        cursor.position = (cursor.leaf?.Search(key, out _) ?? 0) - 1;
        return cursor;
    }

    public bool MoveNext()
    {
        if (leaf is null) return false;
        if (++position < leaf.Slots) return true;

        leaf = NextLeaf();
        position = 0;
        return leaf is not null;
    }

    private readonly Leaf<TKey, TValue>? NextLeaf()
    {
        for (var level = path.Length - 1; level >= 0; level--)
        {
            ref var step = ref path[level];
            if (++step.Position >= step.Branch.Slots) continue;

            var node = step.Branch.Children[step.Position].Node;
            for (level++; level < path.Length; level++)
            {
                var branch = (Branch<TKey, TValue>)node;
                path[level] = (branch, 0);
                node = branch.Children[0].Node;
            }

            return (Leaf<TKey, TValue>)node;
        }

        return null;
    }
}
