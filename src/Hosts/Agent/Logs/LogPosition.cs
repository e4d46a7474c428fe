using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Engines;

namespace Estiba.Agent.Logs;

/// <summary>
/// How far a container's output has been sent: from where to read it again, and which events of there are already in
/// the stream.
/// </summary>
/// <remarks>
/// The stream itself is asked, so nothing is kept on disk, and a sending whose answer was lost is not repeated.
/// </remarks>
internal sealed class LogPosition
{
    /// <summary>
    /// Output and error output may be a little out of order, so what is compared begins before the last event.
    /// </summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(long At, string Message), int> _sent = [];

    /// <summary>Null reads from the beginning.</summary>
    public DateTimeOffset? Since { get; private init; }

    /// <exception cref="AwsException">The stream cannot be read.</exception>
    public static async Task<LogPosition> OfAsync(
        ILogsApi logs,
        string group,
        string stream,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var last = await logs.GetLogEventsAsync(
            new GetLogEventsRequest
            {
                LogGroupName = group,
                LogStreamName = stream,
                Limit = 1,
                StartFromHead = false,
            },
            context,
            cancellation
        );
        if (last.Events is not [.., { Timestamp: { } lastAt }])
            return new LogPosition();

        var since = DateTimeOffset.FromUnixTimeMilliseconds(lastAt) - Overlap;
        var position = new LogPosition { Since = since };
        string? token = null;
        while (true)
        {
            var page = await logs.GetLogEventsAsync(
                new GetLogEventsRequest
                {
                    LogGroupName = group,
                    LogStreamName = stream,
                    StartTime = since.ToUnixTimeMilliseconds(),
                    StartFromHead = true,
                    NextToken = token,
                },
                context,
                cancellation
            );
            foreach (var @event in page.Events ?? [])
                position.Add(@event.Timestamp ?? 0, @event.Message ?? "");

            if (page.Events is not { Count: > 0 } || page.NextForwardToken is null || page.NextForwardToken == token)
                return position;
            token = page.NextForwardToken;
        }
    }

    /// <summary>Whether the event is in the stream already; each of them counts once.</summary>
    public bool Has(LogEvent @event)
    {
        if (_sent.Count == 0)
            return false;
        var key = (@event.Milliseconds, @event.Message);
        if (!_sent.TryGetValue(key, out var count))
            return false;

        if (count == 1)
            _sent.Remove(key);
        else
            _sent[key] = count - 1;
        return true;
    }

    /// <summary>Whether an event of the stream begins with this line.</summary>
    public bool IsBeginning(LogLine line)
    {
        var text = Encoding.UTF8.GetString(line.Text.Span);
        return text.Length > 0
            && _sent.Keys.Any(@event =>
                @event.At == line.At.ToUnixTimeMilliseconds()
                && @event.Message.StartsWith(text, StringComparison.Ordinal)
            );
    }

    private void Add(long at, string message) => _sent[(at, message)] = _sent.GetValueOrDefault((at, message)) + 1;
}
