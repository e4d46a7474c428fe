using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Estiba.Compute.Networking;

/// <summary>
/// An interface's IPv4 addresses: its own, with the block's prefix, and the single ones (/32) that instances have.
/// </summary>
internal sealed record BridgeInterface(bool HasBlock, IReadOnlySet<IPAddress> Singles)
{
    /// <summary>
    /// Looks at an interface of this host, which needs no permission; null when this process sees no such interface.
    /// </summary>
    public static BridgeInterface? Find(string name)
    {
        var found = Array.Find(NetworkInterface.GetAllNetworkInterfaces(), candidate => candidate.Name == name);
        if (found is null)
            return null;

        var addresses = found
            .GetIPProperties()
            .UnicastAddresses.Where(unicast => unicast.Address.AddressFamily == AddressFamily.InterNetwork)
            .ToList();
        return new BridgeInterface(
            addresses.Exists(unicast => unicast.PrefixLength < 32),
            addresses.Where(unicast => unicast.PrefixLength == 32).Select(unicast => unicast.Address).ToHashSet()
        );
    }
}
