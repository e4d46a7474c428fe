using Microsoft.Extensions.Logging;

namespace Estiba.Listeners;

/// <summary>
/// The log of the server itself. When a client resets its connection while its body is being read, the server finds its
/// own reader in the middle of a read and calls that an error, with a stack trace: it is a client that has left.
/// </summary>
internal sealed class ServerLog(ILoggerFactory loggers) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Quieter(loggers.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

    public void Dispose()
    {
        // The factory is somebody else's.
    }

    private sealed class Quieter(ILogger log) : ILogger
    {
        private const string ReaderInTheMiddle = "RequestBodyDrainBodyReaderInvalidState";

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => log.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (eventId.Name == ReaderInTheMiddle)
                log.Log(LogLevel.Information, eventId, state, exception: null, static (_, _) =>
                    "A client has left in the middle of a body."
                );
            else
                log.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
