using Estiba.Contracts;
using Estiba.Ecr.Images;

namespace Estiba.Ecr;

/// <summary>One page of a list, and the token of the next one.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextToken);

/// <summary>
/// What <c>nextToken</c> holds: the key of the last item that was given, and a mark of the request that it is good for.
/// </summary>
internal static class PageToken
{
    /// <summary>What AWS calls "returns up to 100 results".</summary>
    public const int DefaultSize = 100;

    /// <param name="token">The request's token.</param>
    /// <param name="request">The request.</param>
    /// <param name="context">Who asks.</param>
    /// <returns>Null for the first page.</returns>
    /// <exception cref="AwsException">The token is none of this operation with these parameters.</exception>
    public static string? Read<TRequest>(string? token, TRequest request, CallContext context)
        where TRequest : IShape<TRequest> =>
        token is null
            ? null
            : PagingToken.Read(token, request, context)
                ?? throw ImageErrors.InvalidParameter("nextToken", "Invalid pagination token");

    /// <summary>Takes a page from items that come in order, after the last one of the page before.</summary>
    public static Page<T> Take<T, TRequest>(
        IEnumerable<T> items,
        int? size,
        Func<T, string> key,
        TRequest request,
        CallContext context
    )
        where TRequest : IShape<TRequest>
    {
        var (page, next) = PagingToken.Cut(items, size ?? DefaultSize, key, request, context);
        return new(page, next);
    }
}
