using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Files.Segments;

namespace Estiba.Logs.Events;

/// <summary>
/// Where a reading of one stream stands, and in which direction it goes: the <c>f/...</c> and <c>b/...</c> tokens of
/// GetLogEvents. A token names an event; forward goes on after it, backward before it.
/// </summary>
/// <remarks>As AWS's own it is a position and nothing else: in another stream it stands for the same time.</remarks>
internal sealed record StreamCursor(bool Forward, RecordPosition? Position, string? Token)
{
    private const string Suffix = "/s";

    /// <exception cref="AwsException"><c>InvalidParameterException</c>: the token is none of ours.</exception>
    public static StreamCursor From(GetLogEventsRequest request)
    {
        if (request.NextToken is not { } token)
            return new StreamCursor(request.StartFromHead ?? false, Position: null, Token: null);

        var valid = token.Length > 2 && token[0] is 'f' or 'b' && token[1] == '/';
        var digits = token.EndsWith(Suffix, StringComparison.Ordinal) ? token.AsSpan()[..^Suffix.Length] : token;
        return valid && EventId.TryParse(digits[2..], out var position)
            ? new StreamCursor(token[0] == 'f', position, token)
            : throw PageToken.Invalid();
    }

    /// <summary>
    /// The tokens after a page. At the end of the stream the token that was sent comes back, which is how a caller sees
    /// the end; sent again later, it finds what has arrived since.
    /// </summary>
    public (string Forward, string Backward) Tokens(IReadOnlyList<StoredRecord> page, long startTime)
    {
        if (page.Count > 0)
            return (Format('f', page[^1].Position), Format('b', page[0].Position));
        if (Position is not { } here)
            return (Format('f', RecordPosition.Before(startTime)), Format('b', RecordPosition.Before(startTime)));

        // The event that the token names lies on the other side.
        return Forward
            ? (Token!, Format('b', here with { Sequence = here.Sequence + 1 }))
            : (Format('f', here with { Sequence = Math.Max(0, here.Sequence - 1) }), Token!);
    }

    private static string Format(char direction, RecordPosition position) =>
        $"{direction}/{EventId.Format(position, stream: 0)}{Suffix}";
}
