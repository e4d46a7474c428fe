using System.Text;
using Estiba.Contracts;

namespace Estiba.Identity;

/// <summary>One page of an IAM list: IAM's markers are opaque, ours hold the key of the last item before.</summary>
/// <param name="Items">The items of this page.</param>
/// <param name="Marker">Where the next page begins; null on the last.</param>
internal sealed record Page<TItem>(IReadOnlyList<TItem> Items, string? Marker)
{
    public bool IsTruncated => Marker is not null;

    public Page<TResult> Select<TResult>(Func<TItem, TResult> selector) => new([.. Items.Select(selector)], Marker);
}

/// <summary>Cuts lists into pages.</summary>
internal static class Page
{
    private const int DefaultItems = 100;

    /// <summary>The page that a request asks for.</summary>
    /// <param name="items">Given the key after which to begin, all items that follow in the order of their keys.</param>
    /// <param name="keyOf">An item's key.</param>
    /// <param name="marker">The request's marker.</param>
    /// <param name="maxItems">The request's limit.</param>
    /// <exception cref="AwsException"><c>ValidationError</c>: the marker is none of ours.</exception>
    public static Page<TItem> Of<TItem>(Func<string?, IEnumerable<TItem>> items, Func<TItem, string> keyOf, string? marker, int? maxItems)
    {
        var limit = maxItems ?? DefaultItems;
        var page = items(marker is null ? null : Decode(marker)).Take(limit + 1).ToList();
        if (page.Count <= limit)
            return new Page<TItem>(page, Marker: null);

        page.RemoveAt(limit);
        return new Page<TItem>(page, Encode(keyOf(page[^1])));
    }

    /// <summary>The page of a list that is in memory and sorted by its keys.</summary>
    public static Page<TItem> Of<TItem>(IEnumerable<TItem> items, Func<TItem, string> keyOf, string? marker, int? maxItems) =>
        Of(after => after is null ? items : items.Where(item => string.CompareOrdinal(keyOf(item), after) > 0), keyOf, marker, maxItems);

    private static string Encode(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes(key));

    private static string Decode(string marker)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(marker));
        }
        catch (FormatException)
        {
            throw new AwsException("ValidationError", $"Invalid Marker: {marker}");
        }
    }
}
