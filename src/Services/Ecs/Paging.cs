using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs;

/// <summary>
/// Cuts a list that is ordered by key into pages, whose token names the last key of the page and is good for the same
/// list alone.
/// </summary>
internal static class Paging
{
    /// <summary>The key that a token names; null without a token.</summary>
    /// <param name="nextToken">The request's token.</param>
    /// <param name="request">The request.</param>
    /// <param name="context">Who asks.</param>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it is no token of this list.</exception>
    internal static string? After<TRequest>(string? nextToken, TRequest request, CallContext context)
        where TRequest : IShape<TRequest> =>
        nextToken is null
            ? null
            : PagingToken.Read(nextToken, request, context)
                ?? throw EcsErrors.InvalidParameterException("Invalid token " + nextToken);

    /// <summary>The number of items of a page.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it is not from 1 to the most there may
    /// be.</exception>
    internal static int Size(int? maxResults, int most = 100) =>
        maxResults is null || (maxResults >= 1 && maxResults <= most)
            ? maxResults ?? most
            : throw EcsErrors.InvalidParameterException($"maxResults must be between 1 and {most}");
}
