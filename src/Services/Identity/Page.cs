using Estiba.Contracts;

namespace Estiba.Identity;

/// <summary>One page of an IAM list.</summary>
/// <param name="Items">The items of this page.</param>
/// <param name="Marker">Where the next page begins; null on the last.</param>
internal sealed record Page<TItem>(IReadOnlyList<TItem> Items, string? Marker)
{
    public bool IsTruncated => Marker is not null;
}

/// <summary>
/// Cuts lists into pages. A marker is good for the request that it was given for, with whatever limit.
/// </summary>
internal static class Page
{
    private const int DefaultItems = 100;

    /// <summary>The page that a request asks for.</summary>
    /// <param name="request">What is listed.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="marker">The request's marker.</param>
    /// <param name="maxItems">The request's limit.</param>
    /// <param name="items">Given the key after which to begin, all items that follow in the order of their
    /// keys.</param>
    /// <param name="keyOf">An item's key.</param>
    /// <exception cref="AwsException"><c>ValidationError</c>: the marker is none of this list's.</exception>
    public static Page<TItem> Of<TRequest, TItem>(
        TRequest request,
        CallContext caller,
        string? marker,
        int? maxItems,
        Func<string?, IEnumerable<TItem>> items,
        Func<TItem, string> keyOf
    )
        where TRequest : IShape<TRequest>
    {
        var limit = maxItems ?? DefaultItems;
        var after = marker is null ? null : PagingToken.Read(marker, request, caller) ?? throw Invalid(marker);
        var (page, next) = PagingToken.Cut(items(after), limit, keyOf, request, caller);
        return new Page<TItem>(page, next);
    }

    /// <summary>The page of a list that is in memory.</summary>
    /// <param name="request">What is listed.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="marker">The request's marker.</param>
    /// <param name="maxItems">The request's limit.</param>
    /// <param name="items">All items, in the order of their keys.</param>
    /// <param name="keyOf">An item's key.</param>
    /// <exception cref="AwsException"><c>ValidationError</c>: the marker is none of this list's.</exception>
    public static Page<TItem> Of<TRequest, TItem>(
        TRequest request,
        CallContext caller,
        string? marker,
        int? maxItems,
        IEnumerable<TItem> items,
        Func<TItem, string> keyOf
    )
        where TRequest : IShape<TRequest> =>
        Of(
            request,
            caller,
            marker,
            maxItems,
            after =>
                items
                    .Where(item => after is null || string.CompareOrdinal(keyOf(item), after) > 0)
                    .OrderBy(keyOf, StringComparer.Ordinal),
            keyOf
        );

    private static AwsException Invalid(string marker) => new("ValidationError", $"Invalid Marker: {marker}");
}
