using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Estiba.State.Maps;

/// <summary>
/// How the keys of a <see cref="SortedMap{TKey,TItem}"/> are ordered; static, so that the JIT compiles each map for its
/// key.
/// </summary>
/// <remarks>
/// A key is seen as a row of characters. Keys of one table begin alike (account, region, cluster) and lie scattered in
/// memory, so a map tells most of them apart by a <see cref="Head"/> that it keeps in its nodes: four characters after
/// those that are the same anyway.
/// </remarks>
internal interface ISortKey<TSelf>
    where TSelf : struct, ISortKey<TSelf>
{
    /// <summary>
    /// Negative, zero or positive as <paramref name="left"/> comes before, with or after <paramref name="right"/>.
    /// </summary>
    static abstract int Compare(in TSelf left, in TSelf right);

    /// <summary>How many characters both begin with. Every key between the two begins with them as well.</summary>
    static abstract int CommonLength(in TSelf left, in TSelf right);

    /// <summary>
    /// Four characters as a number. Of two keys with the same first <paramref name="skip"/> characters, the smaller one
    /// does not have the greater head.
    /// </summary>
    static abstract ulong Head(in TSelf key, int skip);
}

/// <summary>What a <see cref="SortedMap{TKey,TItem}"/> holds: a value that knows its key.</summary>
internal interface ISortItem<TSelf, TKey>
    where TSelf : struct, ISortItem<TSelf, TKey>
    where TKey : struct, ISortKey<TKey>
{
    TKey SortKey { get; }

    /// <summary>
    /// The same item as <paramref name="item"/>, made of the strings that a neighbour in the map already holds where
    /// they are equal.
    /// </summary>
    static abstract TSelf Share(in TSelf item, in TSelf neighbour);
}

/// <summary>A primary key: one string, compared by its UTF-16 code units.</summary>
internal readonly struct TextKey(string text) : ISortKey<TextKey>
{
    public string Text { get; } = text;

    public static int Compare(in TextKey left, in TextKey right) => string.CompareOrdinal(left.Text, right.Text);

    public static int CommonLength(in TextKey left, in TextKey right) =>
        left.Text.AsSpan().CommonPrefixLength(right.Text);

    public static ulong Head(in TextKey key, int skip) => CharacterHead.Of(key.Text, skip);

    /// <summary>
    /// The smallest key that comes after every key that starts with the prefix; null when there is none.
    /// </summary>
    public static TextKey? AfterPrefix(string prefix)
    {
        var last = prefix.AsSpan().TrimEnd('\uffff');
        if (last.IsEmpty)
            return null;
        return new TextKey(string.Concat(last[..^1], [(char)(last[^1] + 1)]));
    }
}

/// <summary>An entry of a secondary index: the index key first, then the primary key.</summary>
/// <remarks>As a row of characters: the index key, an end that comes before every character, the primary key.</remarks>
/// <param name="index">What the index is ordered by.</param>
/// <param name="primary">The record's primary key; null stands after every primary key of
/// <paramref name="index"/>.</param>
internal readonly struct IndexKey(string index, string? primary) : ISortKey<IndexKey>, ISortItem<IndexKey, IndexKey>
{
    public string Index { get; } = index;

    public string? Primary { get; } = primary;

    IndexKey ISortItem<IndexKey, IndexKey>.SortKey => this;

    public static int Compare(in IndexKey left, in IndexKey right)
    {
        var order = string.CompareOrdinal(left.Index, right.Index);
        if (order != 0)
            return order;
        if (left.Primary is null)
            return right.Primary is null ? 0 : 1;
        return right.Primary is null ? -1 : string.CompareOrdinal(left.Primary, right.Primary);
    }

    public static int CommonLength(in IndexKey left, in IndexKey right)
    {
        if (left.Index != right.Index)
            return left.Index.AsSpan().CommonPrefixLength(right.Index);
        return left.Index.Length + 1 + left.Primary.AsSpan().CommonPrefixLength(right.Primary);
    }

    public static ulong Head(in IndexKey key, int skip)
    {
        var inPrimary = skip - key.Index.Length - 1;
        if (inPrimary >= 0)
            return key.Primary is null ? ulong.MaxValue : CharacterHead.Of(key.Primary, inPrimary);

        // The end of the index key is 0, so its characters count from 1. The greatest has no number of its own: the
        // head ends with it.
        var head = 0UL;
        for (var lane = 0; lane < 4; lane++)
        {
            var position = skip + lane;
            inPrimary = position - key.Index.Length - 1;
            var number = inPrimary switch
            {
                < -1 => Math.Min(key.Index[position] + 1u, char.MaxValue),
                -1 => 0u,
                _ when key.Primary is null => char.MaxValue,
                _ => inPrimary < key.Primary.Length ? key.Primary[inPrimary] : 0u,
            };
            head |= (ulong)number << (48 - lane * 16);
            if (inPrimary < -1 && number == char.MaxValue)
                return head;
        }

        return head;
    }

    // Thousands of tasks have the same service: one string serves all that lie side by side.
    public static IndexKey Share(in IndexKey item, in IndexKey neighbour) =>
        item.Index == neighbour.Index ? new IndexKey(neighbour.Index, item.Primary) : item;
}

/// <summary>Packs four characters of a string into a number that is ordered as they are.</summary>
internal static class CharacterHead
{
    internal static ulong Of(string text, int skip)
    {
        if (BitConverter.IsLittleEndian && text.Length - skip >= 4)
        {
            ref var first = ref Unsafe.As<char, byte>(
                ref Unsafe.Add(ref MemoryMarshal.GetReference(text.AsSpan()), skip)
            );
            var reversed = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref first));
            return ((reversed & 0x00ff_00ff_00ff_00ff) << 8) | ((reversed >> 8) & 0x00ff_00ff_00ff_00ff);
        }

        var head = 0UL;
        for (var i = skip; i < skip + 4; i++)
            head = (head << 16) | (i < text.Length ? text[i] : 0UL);
        return head;
    }
}
