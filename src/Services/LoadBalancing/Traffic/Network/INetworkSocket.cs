using System.Net;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>
/// One address and port of a listener, over TCP or UDP. Disposed of, it takes no new flows, and waits for those in the
/// middle of something for as long as is granted.
/// </summary>
internal interface INetworkSocket : IAsyncDisposable
{
    /// <summary>By which new flows get their targets. Those that there are go on, unless what became of their targets
    /// ends them.</summary>
    NetworkRoutes Routes { get; set; }

    /// <summary>Begins to take flows.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address is not to be had.</exception>
    void Open();

    /// <summary>Ends flows that have been idle for too long.</summary>
    void CheckIdle();

    /// <summary>Whether a flow goes to a target of a group.</summary>
    bool HasFlowTo(string group, IPEndPoint target);
}
