using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Files.Segments;

namespace Estiba.Logs.Events;

/// <summary>The token of FilterLogEvents: the group and the position after which the search goes on.</summary>
internal static class SearchToken
{
    private const string Backwards = "-";

    public static string Encode(
        RecordPosition next,
        bool descending,
        long group,
        FilterLogEventsRequest request,
        CallContext context
    ) => PageToken.Encode((descending ? Backwards : "") + EventId.Format(next, group), SearchOf(request), context);

    /// <summary>
    /// Where the search goes on, and whether towards earlier events: the token's direction is the one that counts.
    /// </summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it is none of this search.</exception>
    public static (RecordPosition Beyond, bool Descending)? Decode(
        FilterLogEventsRequest request,
        long group,
        CallContext context
    )
    {
        if (PageToken.Decode(request.NextToken, SearchOf(request), context) is not { } text)
            return null;
        var descending = text.StartsWith(Backwards, StringComparison.Ordinal);
        if (descending)
            text = text[Backwards.Length..];
        return EventId.TryParse(text, out var position) && EventId.Format(position, group) == text
            ? (position, descending)
            : throw PageToken.Invalid();
    }

    // Who follows a group may move the start on with what it has seen already; that changes nothing about what comes
    // after the token.
    private static FilterLogEventsRequest SearchOf(FilterLogEventsRequest request) =>
        request with
        {
            NextToken = null,
            Limit = null,
            StartTime = null,
            EndTime = null,
            StartFromHead = null,
        };
}
