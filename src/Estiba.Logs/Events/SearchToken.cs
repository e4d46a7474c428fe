using Estiba.Logs.Storage;

namespace Estiba.Logs.Events;

/// <summary>The token of FilterLogEvents: the group and the position after which the search goes on.</summary>
internal static class SearchToken
{
    public static string Encode(EventPosition next, long group) => PageToken.Encode(EventId.Format(next, group));

    public static EventPosition? Decode(string? token, long group)
    {
        if (PageToken.Decode(token) is not { } text) return null;
        return EventId.TryParse(text, out var position) && EventId.Format(position, group) == text ? position : throw PageToken.Invalid();
    }
}
