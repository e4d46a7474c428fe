using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Estiba.Engines;

namespace Estiba.Agent.Logs;

/// <summary>One event for CloudWatch Logs.</summary>
internal readonly record struct LogEvent(DateTimeOffset At, string Message)
{
    /// <summary>What CloudWatch Logs counts for an event besides its bytes.</summary>
    public const int Overhead = 26;

    /// <summary>The largest message, in bytes of UTF-8.</summary>
    public const int LargestMessage = 262_144 - Overhead;

    public long Milliseconds => At.ToUnixTimeMilliseconds();
}

/// <summary>
/// Lines become events: put together as the pattern says, cut where they are too long, left out where they are empty.
/// </summary>
/// <remarks>
/// As with Docker's own driver, an event does not wait long for its next line. Where it ends then is told by the times
/// of the lines, so that whoever reads them again after a restart finds the same events.
/// </remarks>
internal static class LogEventReader
{
    /// <summary>
    /// How long an event waits for its next line; Docker's awslogs driver looks every five seconds
    /// ("batchPublishFrequency").
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A line so long after the one before begins an event. Less than the patience, since lines come a little after
    /// their times.
    /// </summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    /// <param name="lines">The container's output.</param>
    /// <param name="eventStart">A line that matches begins a new event; null makes every line one.</param>
    /// <param name="position">Where the output begins. If that is in the middle, lines before the first that begins an
    /// event belong to one that was sent.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async IAsyncEnumerable<LogEvent> ReadAsync(
        IAsyncEnumerable<LogLine> lines,
        Regex? eventStart,
        LogPosition position,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var collected = new List<byte>();
        DateTimeOffset? begun = null; // the time of the open event
        DateTimeOffset? before = null; // the time of the line before
        var discarding = position.Since is not null && eventStart is not null;
        await using var reader = new PatientReader<LogLine>(lines, time, cancellation);
        while (true)
        {
            if (begun is { } waiting && !await reader.IsNextWithinAsync(Patience))
            {
                foreach (var part in Take(collected, waiting))
                    yield return part;
                begun = null;
            }

            if (!await reader.MoveNextAsync())
                break;
            var line = reader.Current;
            var begins = eventStart is null || line.At - before > LongestPause || Begins(eventStart, line.Text.Span);
            before = line.At;
            if (discarding && !begins && !position.IsBeginning(line))
                continue;

            discarding = false;
            if (begun is not null && !begins && collected.Count + line.Text.Length + 1 <= LogEvent.LargestMessage)
            {
                collected.Add((byte)'\n');
            }
            else
            {
                foreach (var part in Take(collected, begun ?? line.At))
                    yield return part;
                begun = line.At;
            }

            collected.AddRange(line.Text.Span);
            if (eventStart is not null)
                continue;
            foreach (var part in Take(collected, line.At))
                yield return part;
            begun = null;
        }

        foreach (var part in Take(collected, begun ?? default))
            yield return part;
    }

    private static bool Begins(Regex eventStart, ReadOnlySpan<byte> line) =>
        eventStart.IsMatch(Encoding.UTF8.GetString(line));

    private static List<LogEvent> Take(List<byte> collected, DateTimeOffset at)
    {
        var events = new List<LogEvent>();
        var bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(collected);
        while (bytes.Length > 0)
        {
            var length = FittingLength(bytes);
            events.Add(new LogEvent(at, Encoding.UTF8.GetString(bytes[..length])));
            bytes = bytes[length..];
        }

        collected.Clear();
        return events;
    }

    /// <summary>
    /// How many bytes make a message that is not too large, whole characters all of them; what is no text becomes
    /// larger in one.
    /// </summary>
    private static int FittingLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= LogEvent.LargestMessage && Utf8.IsValid(bytes))
            return bytes.Length;

        var (length, size) = (0, 0);
        while (length < bytes.Length)
        {
            Rune.DecodeFromUtf8(bytes[length..], out var character, out var consumed);
            size += character.Utf8SequenceLength;
            if (size > LogEvent.LargestMessage)
                break;
            length += consumed;
        }

        return length;
    }
}
