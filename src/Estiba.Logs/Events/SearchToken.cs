using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Logs.Storage;

namespace Estiba.Logs.Events;

/// <summary>The token of FilterLogEvents: the group and the position after which the search goes on.</summary>
internal static class SearchToken
{
    public static string Encode(EventPosition next, long group, FilterLogEventsRequest request, CallContext context) =>
        PageToken.Encode(EventId.Format(next, group), SearchOf(request), context);

    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it is none of this search.</exception>
    public static EventPosition? Decode(FilterLogEventsRequest request, long group, CallContext context)
    {
        if (PageToken.Decode(request.NextToken, SearchOf(request), context) is not { } text) return null;
        return EventId.TryParse(text, out var position) && EventId.Format(position, group) == text ? position : throw PageToken.Invalid();
    }

    // Who follows a group may move the start on with what it has seen already; that changes nothing about what comes after the token.
    private static FilterLogEventsRequest SearchOf(FilterLogEventsRequest request) => request with { NextToken = null, Limit = null, StartTime = null, EndTime = null };
}
