using Microsoft.Extensions.Logging;

namespace Estiba.Listeners.EventLoops;

/// <summary>A loop for each processor; the threads begin when somebody wants one.</summary>
/// <param name="loggers">Hears what goes wrong.</param>
public sealed class EventLoopGroup(ILoggerFactory loggers) : IDisposable
{
    /// <summary>A client is given to another loop where that has so many less.</summary>
    private const int Imbalance = 2;

    private readonly Lazy<IReadOnlyList<EventLoop>> _loops = new(() =>
        [
            .. Enumerable
                .Range(0, Environment.ProcessorCount)
                .Select(index => new EventLoop(index, loggers.CreateLogger<EventLoop>())),
        ]
    );

    /// <summary>The loops.</summary>
    public IReadOnlyList<EventLoop> Loops => _loops.Value;

    /// <summary>Ends them; who uses their sockets has let go of these.</summary>
    public void Dispose()
    {
        if (!_loops.IsValueCreated)
            return;
        foreach (var loop in Loops)
            loop.Dispose();
    }

    /// <summary>Which loop is to serve a client.</summary>
    /// <param name="own">The one that has accepted it.</param>
    internal EventLoop Choose(EventLoop own)
    {
        var best = own;
        foreach (var loop in Loops)
        {
            if (loop.Load + Imbalance + (loop.Load / 8) <= own.Load && loop.Load < best.Load)
                best = loop;
        }
        return best;
    }
}
