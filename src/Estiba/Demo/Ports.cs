using System.Net;
using System.Net.NetworkInformation;

namespace Estiba.Demo;

/// <summary>Finds ports that nobody on this machine listens on.</summary>
internal static class Ports
{
    /// <summary>The wanted port, or the next above it that is free; below 1024 it goes on at 8080.</summary>
    /// <param name="wanted">The port.</param>
    /// <param name="onAllAddresses">Whether whoever takes it listens on all addresses: then a listener on any of them,
    /// as that of a virtual instance, is in its way.</param>
    internal static int FirstFree(int wanted, bool onAllAddresses = false)
    {
        var taken = IPGlobalProperties
            .GetIPGlobalProperties()
            .GetActiveTcpListeners()
            .Where(listener => onAllAddresses || IsInTheWay(listener))
            .Select(listener => listener.Port)
            .ToHashSet();
        if (!taken.Contains(wanted))
            return wanted;
        var next = wanted < 1024 ? 8080 : wanted + 1;
        while (taken.Contains(next))
            next++;
        return next;
    }

    /// <summary>Virtual instances listen on addresses of their own, which hinder nobody else.</summary>
    private static bool IsInTheWay(IPEndPoint listener) =>
        IPAddress.IsLoopback(listener.Address) && listener.Address.Equals(IPAddress.Loopback)
        || listener.Address.Equals(IPAddress.IPv6Loopback)
        || listener.Address.Equals(IPAddress.Any)
        || listener.Address.Equals(IPAddress.IPv6Any);
}
