using Estiba.Listeners.Connections;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>How many flows network load balancers carry at once.</summary>
/// <param name="Tcp">Connections of all clients.</param>
/// <param name="Udp">Flows of UDP of all clients.</param>
public sealed record FlowLimits(int Tcp, int Udp)
{
    private const int MostTcp = 250_000;
    private const int MostUdp = 100_000;

    /// <summary>
    /// What the process's descriptors allow: a quarter of them for connections, which need two each, and an eighth for
    /// flows of UDP. The rest is for all else that the platform does.
    /// </summary>
    /// <param name="descriptors">How many files and sockets the process may have open.</param>
    public static FlowLimits Of(int descriptors) =>
        new(Math.Clamp(descriptors / 8, 1, MostTcp), Math.Clamp(descriptors / 8, 1, MostUdp));

    /// <summary>What this process's descriptors allow.</summary>
    public static FlowLimits OfThisProcess() => Of(Descriptors.Limit());
}
