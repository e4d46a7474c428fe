using Estiba.S3.Objects;
using Estiba.S3.Storage;

namespace Estiba.S3.Listing;

/// <summary>
/// One page of a list of keys: what has a key of its own, and the prefixes under which the rest is, each as one entry
/// ("Organizing objects using prefixes").
/// </summary>
/// <typeparam name="T">What is listed.</typeparam>
internal sealed class KeyPage<T>
{
    /// <summary>The entries, in the order of their keys.</summary>
    internal List<T> Items { get; } = [];

    /// <summary>What stands for all keys that go on alike up to the delimiter.</summary>
    internal List<string> Prefixes { get; } = [];

    /// <summary>The last entry, be it a key or a prefix.</summary>
    internal string Last { get; private set; } = "";

    /// <summary>Whether something follows.</summary>
    internal bool IsTruncated { get; private set; }

    /// <summary>Takes a page.</summary>
    /// <param name="from">The entries from a place on in the order of the store; null for the first.</param>
    /// <param name="keyOf">An entry's key.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="prefix">What the keys begin with.</param>
    /// <param name="delimiter">Ends a common prefix; null or empty for none.</param>
    /// <param name="after">The entry after which the page begins: a key, a common prefix; null for the first.</param>
    /// <param name="most">How many entries it may have.</param>
    internal static KeyPage<T> Take(
        Func<string?, IEnumerable<T>> from,
        Func<T, string> keyOf,
        string bucket,
        string prefix,
        string? delimiter,
        string? after,
        int most
    )
    {
        var page = new KeyPage<T>();
        if (most == 0)
            return page;
        var start = after is null ? null : ObjectRecord.KeyOf(bucket, after);
        if (after is not null && PrefixOf(after, prefix, delimiter) == after)
            start += KeyText.Last;
        while (true)
        {
            string? passed = null;
            foreach (var item in from(start))
            {
                var key = keyOf(item);
                if (page.Items.Count + page.Prefixes.Count == most)
                {
                    page.IsTruncated = true;
                    return page;
                }

                if (PrefixOf(key, prefix, delimiter) is { } common)
                {
                    page.Prefixes.Add(page.Last = common);
                    passed = common;
                    break;
                }

                page.Items.Add(item);
                page.Last = key;
            }

            if (passed is null)
                return page;
            start = ObjectRecord.KeyOf(bucket, passed) + KeyText.Last;
        }
    }

    private static string? PrefixOf(string key, string prefix, string? delimiter)
    {
        if (string.IsNullOrEmpty(delimiter) || !key.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        var end = key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
        return end < 0 ? null : key[..(end + delimiter.Length)];
    }
}
