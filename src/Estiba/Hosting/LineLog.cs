using Microsoft.Extensions.Logging;

namespace Estiba.Hosting;

/// <summary>Writes log messages as lines: the time, the level, the room, the words.</summary>
/// <param name="writer">Where to; flushed after each line, and not closed.</param>
/// <param name="time">The clock.</param>
internal sealed class LineLog(TextWriter writer, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _gate = new();

    /// <summary>Loggers that write to <paramref name="writer"/>: information and above of Estiba, warnings of everything else.</summary>
    internal static ILoggerFactory CreateFactory(TextWriter writer, TimeProvider time) => LoggerFactory.Create(logging =>
    {
        logging.AddProvider(new LineLog(writer, time));
        logging.AddFilter((category, level) => level >= (category?.StartsWith("Estiba.", StringComparison.Ordinal) == true ? LogLevel.Information : LogLevel.Warning));
    });

    public ILogger CreateLogger(string categoryName) => new Category(this, Shorten(categoryName));

    public void Dispose()
    {
        // The writer is the caller's.
    }

    private static string Shorten(string category) =>
        category.StartsWith("Estiba.", StringComparison.Ordinal) ? category.Split('.')[1] : category[(category.LastIndexOf('.') + 1)..];

    private void Write(LogLevel level, string category, string message, Exception? error)
    {
        var line = $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {Word(level)} {category}: {message}";
        lock (_gate)
        {
            writer.WriteLine(line);
            if (error is not null) writer.WriteLine(error);
            writer.Flush();
        }
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => "error",
        LogLevel.Warning => "warn ",
        LogLevel.Information => "info ",
        _ => "debug",
    };

    private sealed class Category(LineLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Write(logLevel, name, formatter(state, exception), exception);
    }
}
