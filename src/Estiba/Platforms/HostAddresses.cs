using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Estiba.Platforms;

/// <summary>The addresses of this machine.</summary>
internal static class HostAddresses
{
    /// <summary>127.0.0.1, and ::1 where the machine has it: <c>localhost</c> may be either.</summary>
    internal static IReadOnlyList<IPAddress> Loopback() =>
        All().Any(address => address.Equals(IPAddress.IPv6Loopback))
            ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
            : [IPAddress.Loopback];

    /// <summary>
    /// The address at which other machines reach what listens on <paramref name="bound"/>; null where none does.
    /// </summary>
    internal static IPAddress? Reached(IPAddress? bound)
    {
        if (bound is null || IPAddress.IsLoopback(bound))
            return null;
        return bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any) ? First() : bound;
    }

    /// <summary>The first address of an interface that has a gateway: bridges of containers have none.</summary>
    private static IPAddress? First() =>
        NetworkInterface
            .GetAllNetworkInterfaces()
            .Where(network =>
                network.OperationalStatus == OperationalStatus.Up
                && network.GetIPProperties().GatewayAddresses.Count > 0
            )
            .SelectMany(AddressesOf)
            .FirstOrDefault(address =>
                address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address)
            );

    private static IEnumerable<IPAddress> All() => NetworkInterface.GetAllNetworkInterfaces().SelectMany(AddressesOf);

    private static IEnumerable<IPAddress> AddressesOf(NetworkInterface network) =>
        network.GetIPProperties().UnicastAddresses.Select(unicast => unicast.Address);
}
