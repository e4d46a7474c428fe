using System.Runtime.CompilerServices;
using Estiba.Listeners.Connections;
using Estiba.Listeners.EventLoops;
using Microsoft.Extensions.Logging;

namespace Estiba.LoadBalancing.Traffic.Plain;

/// <summary>The event loops by which listeners without TLS serve their clients.</summary>
/// <param name="group">The loops.</param>
/// <param name="router">Chooses targets.</param>
/// <param name="time">The clock.</param>
/// <param name="random">What is left to chance.</param>
internal sealed class PlainLoops(EventLoopGroup group, RequestRouter router, TimeProvider time, Random random)
{
    private readonly ConditionalWeakTable<EventLoop, PlainTraffic> _traffics = [];

    /// <summary>Accepts a listener's connections.</summary>
    /// <param name="current">Tells the routes; they may be others at the next call.</param>
    /// <param name="keeper">Counts the connections.</param>
    /// <param name="counters">Counts them too.</param>
    /// <param name="loggers">Hears what goes wrong.</param>
    public PolledListener Listen(
        Func<ListenerRoutes> current,
        ConnectionKeeper keeper,
        ConnectionCounters counters,
        ILoggerFactory loggers
    ) =>
        new(
            group,
            (loop, listener, remote) => new PlainClient(loop, listener, remote, TrafficOf(loop), current),
            keeper,
            counters,
            loggers
        );

    private PlainTraffic TrafficOf(EventLoop loop) =>
        _traffics.GetValue(loop, _ => new PlainTraffic(router, time, random));
}
