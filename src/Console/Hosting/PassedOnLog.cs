using Microsoft.Extensions.Logging;

namespace Estiba.Console.Hosting;

/// <summary>Passes what ASP.NET tells on to the platform's log.</summary>
internal sealed class PassedOnLog(ILoggerFactory loggers) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => loggers.CreateLogger(categoryName);

    public void Dispose() { }
}
