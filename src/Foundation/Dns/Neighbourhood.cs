using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Estiba.Dns;

/// <summary>
/// The clients for whom others are asked. An open server is a weapon against others: it sends large answers to whoever
/// is named as asking.
/// </summary>
internal sealed class Neighbourhood(TimeProvider time)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(5);

    // RFC 1918, 6598 (carriers), 3927 (link-local) and 2544, of which virtual instances may have addresses.
    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"),
    ];

    private volatile Addresses? _own;

    /// <summary>
    /// Whether a client is in a network that is somebody's own, or this machine: Docker's rules give what the machine
    /// sends to itself its public address.
    /// </summary>
    internal bool Has(IPAddress client) => IsPrivate(client) || Own().Contains(client);

    private static bool IsPrivate(IPAddress client)
    {
        if (client.IsIPv4MappedToIPv6)
            return IsPrivate(client.MapToIPv4());
        if (IPAddress.IsLoopback(client) || client.IsIPv6LinkLocal || client.IsIPv6UniqueLocal)
            return true;
        return client.AddressFamily == AddressFamily.InterNetwork
            && Array.Exists(Private, block => block.Contains(client));
    }

    private HashSet<IPAddress> Own()
    {
        if (_own is { } own && time.GetElapsedTime(own.At) < GoodFor)
            return own.All;
        var now = new Addresses(
            time.GetTimestamp(),
            [
                .. NetworkInterface
                    .GetAllNetworkInterfaces()
                    .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                    .Select(unicast => unicast.Address),
            ]
        );
        _own = now;
        return now.All;
    }

    private sealed record Addresses(long At, HashSet<IPAddress> All);
}
