using Estiba.Console.Sessions;

namespace Estiba.Console.Pages.LogGroups;

/// <summary>Which lines of a log are asked for.</summary>
/// <param name="Group">The log group.</param>
/// <param name="Streams">Its streams; empty for all.</param>
/// <param name="Pattern">What lines match, as CloudWatch Logs writes it; empty for all.</param>
/// <param name="Minutes">How far back; ignored where <paramref name="Around"/> is set.</param>
/// <param name="Around">The time of a line that is looked around; null for until now.</param>
public sealed record LogQuestion(
    string Group,
    IReadOnlyList<string> Streams,
    string Pattern,
    int Minutes,
    long? Around = null
)
{
    private const long AroundMilliseconds = 60_000;

    /// <inheritdoc />
    public override string ToString() => $"{Group}|{string.Join(',', Streams)}|{Pattern}|{Minutes}|{Around}";

    internal Cwl.FilterLogEventsRequest Request(DateTimeOffset now) =>
        new()
        {
            LogGroupName = Group,
            LogStreamNames = Streams.Count == 0 ? null : Streams,
            FilterPattern = Pattern.Length == 0 ? null : Pattern,
            StartTime = Around is { } at
                ? Math.Max(at - AroundMilliseconds, 0)
                : now.AddMinutes(-Minutes).ToUnixTimeMilliseconds(),
            EndTime = Around + AroundMilliseconds,
        };
}

/// <summary>Lines of a log, the last of those that were asked for.</summary>
/// <param name="Events">The lines.</param>
/// <param name="IsCut">Whether there are more before them.</param>
public sealed record LogLines(IReadOnlyList<Cwl.FilteredLogEvent> Events, bool IsCut)
{
    private const int MostLines = 1000;
    private const int MostPages = 20;

    internal static async Task<LogLines> ReadAsync(
        Cwl.ILogsApi logs,
        LogQuestion question,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var events = new List<Cwl.FilteredLogEvent>();
        var request = question.Request(now);
        var isCut = false;
        for (var i = 0; i < MostPages; i++)
        {
            var page = await logs.FilterLogEventsAsync(request, Session.Context, cancellation);
            events.AddRange(page.Events ?? []);
            if (events.Count > MostLines)
            {
                events.RemoveRange(0, events.Count - MostLines);
                isCut = true;
            }

            if (string.IsNullOrEmpty(page.NextToken))
                break;
            request = request with { NextToken = page.NextToken };
        }

        return new LogLines(events, isCut);
    }
}
