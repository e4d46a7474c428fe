using System.Net;
using System.Net.Sockets;

namespace Estiba.Messaging.Notifications;

/// <summary>
/// Which addresses nobody may have notifications sent to: those of the machine's own metadata services, from which
/// there are credentials to be had, and those that are nobody's.
/// </summary>
internal static class EndpointAddresses
{
    private static readonly IPNetwork LinkLocal = new(IPAddress.Parse("169.254.0.0"), 16);
    private static readonly IPAddress Metadata = IPAddress.Parse("fd00:ec2::254");

    /// <summary>Whether an address is one of them.</summary>
    internal static bool IsForbidden(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return LinkLocal.Contains(address)
            || address.IsIPv6LinkLocal
            || address.IsIPv6Multicast
            || address.Equals(Metadata)
            || address.Equals(IPAddress.Any)
            || address.Equals(IPAddress.IPv6Any)
            || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] >= 224);
    }
}
