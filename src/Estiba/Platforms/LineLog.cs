using Estiba.CommandLine;
using Estiba.Compute.Networking;
using Estiba.Contracts;
using Estiba.Engines;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Platforms;

/// <summary>
/// Writes log messages as lines: the time, the level, the category, the words. One message is one line, whatever a
/// stranger has put into it.
/// </summary>
/// <param name="writer">Where to; flushed after each line, and not closed.</param>
/// <param name="time">The clock.</param>
/// <param name="journal">Whether they go to systemd's journal, which has the time and takes the level as a number:
/// <c>journalctl -p warning</c> shows what is grave.</param>
internal sealed class LineLog(TextWriter writer, TimeProvider time, bool journal = false) : ILoggerProvider
{
    /// <summary>How long the same outage is not said again, whoever meets it meanwhile.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private (string Message, long At)? _outage;
    private long _lost;

    /// <summary>
    /// Loggers that write to <paramref name="writer"/>: information and above of Estiba, warnings of everything else.
    /// </summary>
    internal static ILoggerFactory CreateFactory(TextWriter writer, TimeProvider time) =>
        LoggerFactory.Create(logging =>
        {
            logging.AddProvider(new LineLog(writer, time, ServiceManager.HasJournal && writer == Console.Error));
            logging.AddFilter(
                (category, level) =>
                    level
                    >= (
                        category?.StartsWith("Estiba.", StringComparison.Ordinal) == true
                            ? LogLevel.Information
                            : LogLevel.Warning
                    )
            );
        });

    public ILogger CreateLogger(string categoryName) => new Category(this, Shorten(categoryName));

    public void Dispose()
    {
        // The writer is the caller's.
    }

    private static string Shorten(string category) =>
        category.StartsWith("Estiba.", StringComparison.Ordinal)
            ? category.Split('.')[1]
            : category[(category.LastIndexOf('.') + 1)..];

    private void Write(LogLevel level, string category, string message, Exception? error)
    {
        lock (_gate)
        {
            if (IsOutage(error))
            {
                if (_outage is { } said && said.Message == error!.Message && time.GetElapsedTime(said.At) < Silence)
                    return;
                _outage = (error!.Message, time.GetTimestamp());
            }

            TryWriteLines(level, category, message, error);
        }
    }

    /// <summary>
    /// What is on a full disk, or where nobody reads any more, cannot be written. Whoever has something to say goes on
    /// all the same, and what is lost is counted.
    /// </summary>
    private void TryWriteLines(LogLevel level, string category, string message, Exception? error)
    {
        try
        {
            if (_lost > 0)
                WriteLine(LogLevel.Warning, $"Log: {_lost} messages before this one could not be written");
            WriteLines(level, category, message, error);
            writer.Flush();
            _lost = 0;
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            _lost++;
        }
    }

    private void WriteLines(LogLevel level, string category, string message, Exception? error)
    {
        WriteLine(level, $"{category}: {message}{(IsForeseen(error) ? ": " + error!.Message : "")}");
        if (error is null || IsForeseen(error))
            return;

        // Set in, so that no line of an exception's words can be taken for one of the log's own.
        foreach (var line in error.ToString().Split('\n'))
            writer.WriteLine($"{(journal ? $"<{Priority(level)}>" : "")}    {Shown(line.TrimEnd('\r'))}");
    }

    private void WriteLine(LogLevel level, string text) =>
        writer.WriteLine(
            (journal ? $"<{Priority(level)}>" : $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {Word(level)} ")
                + Shown(text)
        );

    private static string Shown(string line) => LogText.Escape(LogText.Cut(line, LogText.LongestLine));

    /// <summary>
    /// The message with only the beginning of each value that is too long, so that what stands after it is still seen.
    /// </summary>
    private static string WithShortValues<TState>(string message, TState state)
    {
        if (message.Length <= LogText.LongestValue || state is not IReadOnlyList<KeyValuePair<string, object?>> values)
            return message;
        foreach (var (name, value) in values)
        {
            if (name != "{OriginalFormat}" && value is string { Length: > LogText.LongestValue } text)
                message = message.Replace(text, LogText.Cut(text, LogText.LongestValue), StringComparison.Ordinal);
        }

        return message;
    }

    /// <summary>
    /// Its message says what is wrong, for the one who runs the platform; where in the code it was met helps nobody.
    /// </summary>
    private static bool IsForeseen(Exception? error) =>
        IsOutage(error) || error is AwsException or JournalException or EngineException;

    /// <summary>Everything that needs the container engine meets its absence, again and again.</summary>
    private static bool IsOutage(Exception? error) => error is NetworkException or EngineUnreachableException;

    private static string Word(LogLevel level) =>
        level switch
        {
            LogLevel.Critical or LogLevel.Error => "error",
            LogLevel.Warning => "warn ",
            LogLevel.Information => "info ",
            _ => "debug",
        };

    /// <summary>As <c>syslog</c> numbers them.</summary>
    private static int Priority(LogLevel level) =>
        level switch
        {
            LogLevel.Critical or LogLevel.Error => 3,
            LogLevel.Warning => 4,
            LogLevel.Information => 6,
            _ => 7,
        };

    private sealed class Category(LineLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => log.Write(logLevel, name, WithShortValues(formatter(state, exception), state), exception);
    }
}
