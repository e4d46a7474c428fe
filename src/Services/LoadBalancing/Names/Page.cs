using Estiba.Contracts;

namespace Estiba.LoadBalancing.Names;

/// <summary>Cuts a list that is ordered by key into pages.</summary>
internal static class Page
{
    /// <summary>How many items a page has at most, and unless something else is asked for.</summary>
    internal const int Largest = 400;

    /// <summary>One page of a list, and the marker of the next; null on the last page.</summary>
    /// <param name="items">The whole list, ordered by key.</param>
    /// <param name="key">An item's key; not empty.</param>
    /// <param name="size">How many are asked for.</param>
    /// <param name="marker">Which page; null for the first.</param>
    /// <param name="request">The request.</param>
    /// <param name="context">Who asks.</param>
    /// <exception cref="AwsException"><c>ValidationError</c>: the marker is none of this list.</exception>
    internal static (IReadOnlyList<T> Items, string? NextMarker) Of<T, TRequest>(
        IEnumerable<T> items,
        Func<T, string> key,
        int? size,
        string? marker,
        TRequest request,
        CallContext context
    )
        where TRequest : IShape<TRequest>
    {
        var after = marker is null
            ? null
            : PagingToken.Read(marker, request, context)
                ?? throw ElbErrors.ValidationError($"The marker '{marker}' is not valid");
        return PagingToken.Cut(
            items.Where(item => after is null || string.CompareOrdinal(key(item), after) > 0),
            size ?? Largest,
            key,
            request,
            context
        );
    }
}
