using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Estiba.Agent.Engines;

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

/// <summary>Lines become events: put together as the pattern says, cut where they are too long, left out where they are empty.</summary>
internal static class LogEventReader
{
    /// <param name="lines">The container's output.</param>
    /// <param name="eventStart">A line that matches begins a new event; null makes every line one.</param>
    /// <param name="resumed">The output begins in the middle: lines before the first that begins an event belong to one that was sent.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async IAsyncEnumerable<LogEvent> ReadAsync(
        IAsyncEnumerable<LogLine> lines, Regex? eventStart, bool resumed, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var collected = new List<byte>();
        var at = default(DateTimeOffset);
        var discarding = resumed && eventStart is not null;
        await foreach (var line in lines.WithCancellation(cancellation))
        {
            var begins = eventStart is null || Begins(eventStart, line.Text.Span);
            if (discarding && !begins) continue;

            discarding = false;
            if (begins || collected.Count + line.Text.Length + 1 > LogEvent.LargestMessage)
            {
                foreach (var part in Take(collected, at)) yield return part;
                at = line.At;
            }
            else
            {
                collected.Add((byte)'\n');
            }

            collected.AddRange(line.Text.Span);
            if (eventStart is null)
            {
                foreach (var part in Take(collected, at)) yield return part;
            }
        }

        foreach (var part in Take(collected, at)) yield return part;
    }

    private static bool Begins(Regex eventStart, ReadOnlySpan<byte> line)
    {
        try
        {
            return eventStart.IsMatch(Encoding.UTF8.GetString(line));
        }
        catch (RegexMatchTimeoutException)
        {
            return true; // rather an event too many than one without end
        }
    }

    private static List<LogEvent> Take(List<byte> collected, DateTimeOffset at)
    {
        var events = new List<LogEvent>();
        var bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(collected);
        while (bytes.Length > 0)
        {
            var length = Math.Min(bytes.Length, LogEvent.LargestMessage);
            while (length < bytes.Length && length > 1 && (bytes[length] & 0xC0) == 0x80) length--; // not in the middle of a character
            events.Add(new LogEvent(at, Encoding.UTF8.GetString(bytes[..length])));
            bytes = bytes[length..];
        }

        collected.Clear();
        return events;
    }
}
