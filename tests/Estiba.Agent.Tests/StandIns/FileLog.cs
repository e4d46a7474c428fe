using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Tests.StandIns;

/// <summary>Appends what is logged to a file.</summary>
internal sealed class FileLog(string path) : ILogger
{
    private static readonly Lock Gate = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        lock (Gate)
            File.AppendAllText(
                path,
                $"{DateTimeOffset.UtcNow:HH:mm:ss.fff} {logLevel} {formatter(state, exception)} {exception}\n"
            );
    }
}
