using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Simulation.Servers;

/// <summary>Takes a fault that the store only logs, such as one of somebody who watches it, for what it is.</summary>
internal sealed class FaultLog(World world) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        // That the disk is full is part of the history.
        if (IsEnabled(logLevel) && exception is not JournalException)
            world.Violate($"{formatter(state, exception)}: {exception}");
    }
}
