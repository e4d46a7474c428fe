using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Estiba.Agent.Metadata;

/// <summary>
/// Tells this host and the containers on its bridges from everybody else, by the address that a connection comes from.
/// </summary>
/// <remarks>
/// Linux answers for each of its addresses on every interface, so a neighbour on the network could reach one that is
/// meant for containers only. A bridge with a real interface among its ports, as virtual machines have it, leads to
/// such neighbours and counts as outside.
/// </remarks>
public static class LocalCallers
{
    private const string Interfaces = "/sys/class/net";

    /// <summary>Whether a connection from this address comes from within this host.</summary>
    public static bool Admits(IPAddress remote)
    {
        ArgumentNullException.ThrowIfNull(remote);
        if (IPAddress.IsLoopback(remote))
            return true;
        foreach (var own in NetworkInterface.GetAllNetworkInterfaces())
        {
            foreach (
                var address in own.GetIPProperties()
                    .UnicastAddresses.Where(address => address.Address.AddressFamily == AddressFamily.InterNetwork)
            )
                if (address.Address.Equals(remote) || IsWithin(remote, address) && IsContainerBridge(own.Name))
                    return true;
        }

        return false;
    }

    private static bool IsWithin(IPAddress remote, UnicastIPAddressInformation address)
    {
        var (one, other, mask) = (
            Bits(remote),
            Bits(address.Address),
            address.PrefixLength == 0 ? 0 : uint.MaxValue << (32 - address.PrefixLength)
        );
        return (one & mask) == (other & mask);
    }

    private static uint Bits(IPAddress address) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address.MapToIPv4().GetAddressBytes());

    private static bool IsContainerBridge(string name)
    {
        var ports = Path.Combine(Interfaces, name, "brif");
        return Directory.Exists(ports)
            && !Directory.EnumerateFileSystemEntries(ports).Any(port => LeadsOutside(Path.GetFileName(port)));
    }

    /// <summary>A device of its own, or something on top of another interface: a bond, a VLAN.</summary>
    private static bool LeadsOutside(string port)
    {
        var facts = Path.Combine(Interfaces, port);
        return Directory.Exists(Path.Combine(facts, "device"))
            || Directory.Exists(facts) && Directory.EnumerateFileSystemEntries(facts, "lower_*").Any();
    }
}
