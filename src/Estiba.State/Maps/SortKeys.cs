namespace Estiba.State.Maps;

/// <summary>How the keys of a <see cref="SortedMap{TKey,TValue}"/> are ordered; static, so that the JIT compiles each map for its key.</summary>
internal interface ISortKey<TSelf>
    where TSelf : struct, ISortKey<TSelf>
{
    /// <summary>Negative, zero or positive as <paramref name="left"/> comes before, with or after <paramref name="right"/>.</summary>
    static abstract int Compare(in TSelf left, in TSelf right);

    /// <summary>The same key as <paramref name="key"/>, made of the strings that a neighbour in the map already holds where they are equal.</summary>
    static abstract TSelf Share(in TSelf key, in TSelf neighbour);
}

/// <summary>A primary key: one string, compared by its UTF-16 code units.</summary>
internal readonly struct TextKey(string text) : ISortKey<TextKey>
{
    public string Text { get; } = text;

    public static int Compare(in TextKey left, in TextKey right) => string.CompareOrdinal(left.Text, right.Text);

    public static TextKey Share(in TextKey key, in TextKey neighbour) => key;

    /// <summary>The smallest key that comes after every key that starts with the prefix; null when there is none.</summary>
    public static TextKey? AfterPrefix(string prefix)
    {
        var last = prefix.AsSpan().TrimEnd('\uffff');
        if (last.IsEmpty) return null;
        return new TextKey(string.Concat(last[..^1], [(char)(last[^1] + 1)]));
    }
}

/// <summary>An entry of a secondary index: the index key first, then the primary key.</summary>
/// <param name="index">What the index is ordered by.</param>
/// <param name="primary">The record's primary key; null stands after every primary key of <paramref name="index"/>.</param>
internal readonly struct IndexKey(string index, string? primary) : ISortKey<IndexKey>
{
    public string Index { get; } = index;

    public string? Primary { get; } = primary;

    public static int Compare(in IndexKey left, in IndexKey right)
    {
        var order = string.CompareOrdinal(left.Index, right.Index);
        if (order != 0) return order;
        if (left.Primary is null) return right.Primary is null ? 0 : 1;
        return right.Primary is null ? -1 : string.CompareOrdinal(left.Primary, right.Primary);
    }

    // Thousands of tasks have the same service: one string serves all that lie side by side.
    public static IndexKey Share(in IndexKey key, in IndexKey neighbour) =>
        key.Index == neighbour.Index ? new IndexKey(neighbour.Index, key.Primary) : key;
}
