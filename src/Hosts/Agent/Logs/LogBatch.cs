using System.Text;
using Estiba.Contracts.Logs;

namespace Estiba.Agent.Logs;

/// <summary>
/// Events for one PutLogEvents, within its limits: 10,000 events, 1 MiB with 26 bytes for each, a span of 24 hours.
/// </summary>
internal sealed class LogBatch
{
    private const int MostEvents = 10_000;
    private const int MostBytes = 1_048_576;
    private static readonly TimeSpan LongestSpan = TimeSpan.FromHours(24);

    private readonly List<LogEvent> _events = [];
    private int _bytes;
    private DateTimeOffset _earliest;
    private DateTimeOffset _latest;

    public IReadOnlyList<LogEvent> Events => _events;

    public bool IsEmpty => _events.Count == 0;

    /// <summary>False if the event does not fit any more.</summary>
    public bool TryAdd(LogEvent @event)
    {
        var size = Encoding.UTF8.GetByteCount(@event.Message) + LogEvent.Overhead;
        var first = IsEmpty || @event.At < _earliest ? @event.At : _earliest;
        var last = IsEmpty || @event.At > _latest ? @event.At : _latest;
        if (!IsEmpty && (_events.Count == MostEvents || _bytes + size > MostBytes || last - first >= LongestSpan))
            return false;

        _events.Add(@event);
        _bytes += size;
        (_earliest, _latest) = (first, last);
        return true;
    }

    /// <summary>
    /// In the order of time, which CloudWatch Logs demands; events of one millisecond stay as they came.
    /// </summary>
    public List<InputLogEvent> ToInput() =>
        [
            .. _events
                .OrderBy(@event => @event.Milliseconds)
                .Select(@event => new InputLogEvent { Timestamp = @event.Milliseconds, Message = @event.Message }),
        ];

    public void Clear()
    {
        _events.Clear();
        _bytes = 0;
    }
}
