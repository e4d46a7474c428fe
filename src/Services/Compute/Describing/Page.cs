using Estiba.Contracts;

namespace Estiba.Compute.Describing;

/// <summary>A page of a list, and the token that asks for the next.</summary>
internal readonly record struct Page<T>(IReadOnlyList<T> Items, string? NextToken);

/// <summary>
/// Cuts ordered lists into pages. The token is the last item's key, so what comes or goes between two pages neither
/// repeats nor hides others.
/// </summary>
internal static class Page
{
    /// <param name="items">All that match, in the order of their keys.</param>
    /// <param name="key">An item's key, compared ordinally.</param>
    /// <param name="most">MaxResults; null for all in one page.</param>
    /// <param name="token">NextToken of the page before.</param>
    /// <param name="request">The request, for which alone the token is good.</param>
    /// <param name="context">Who asks.</param>
    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: the token is none of this operation with these
    /// parameters.</exception>
    public static Page<T> Of<T, TRequest>(
        IEnumerable<T> items,
        Func<T, string> key,
        int? most,
        string? token,
        TRequest request,
        CallContext context
    )
        where TRequest : IShape<TRequest>
    {
        if (!string.IsNullOrEmpty(token))
        {
            var after = PagingToken.Read(token, request, context)
                ?? throw Ec2Requests.Invalid("Unable to parse pagination token");
            items = items.SkipWhile(item => string.CompareOrdinal(key(item), after) <= 0);
        }
        if (most is null)
            return new([.. items], null);

        var (page, next) = PagingToken.Cut(items, most.Value, key, request, context);
        return new(page, next);
    }

    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: out of range.</exception>
    public static void CheckMaxResults(int? most, int least = 5, int greatest = 1000)
    {
        if (most < least)
            throw Ec2Requests.Invalid(
                $"Value ( {most} ) for parameter maxResults is invalid. Expecting a value greater than {least}."
            );
        if (most > greatest)
            throw Ec2Requests.Invalid(
                $"Value ( {most} ) for parameter maxResults is invalid. Expecting a value less than {greatest}."
            );
    }
}
