using Estiba.Contracts;
using static Estiba.Contracts.ServiceDiscovery.ServiceDiscoveryErrors;

namespace Estiba.ServiceDiscovery;

/// <summary>Cuts lists that are ordered by key into pages.</summary>
internal static class Pages
{
    private const int Usual = 100;

    /// <summary>One page of a list, and the token of the next; null on the last page.</summary>
    /// <exception cref="AwsException"><c>InvalidInput</c>: the token is none of this list.</exception>
    internal static (IReadOnlyList<T> Items, string? NextToken) Of<T, TRequest>(
        IEnumerable<T> items,
        Func<T, string> key,
        int? size,
        string? token,
        TRequest request,
        CallContext context
    )
        where TRequest : IShape<TRequest>
    {
        var after = token is null
            ? null
            : PagingToken.Read(token, request, context) ?? throw InvalidInput("The NextToken is not valid.");
        return PagingToken.Cut(
            items.Where(item => after is null || string.CompareOrdinal(key(item), after) > 0),
            size ?? Usual,
            key,
            request,
            context
        );
    }
}
