using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Estiba.Dns.Doors;

/// <summary>How many queries each client has sent in the second that runs; for one thread.</summary>
internal sealed class Pace(int most, TimeProvider time)
{
    /// <summary>Clients beyond so many count as one.</summary>
    private const int MostClients = 4096;

    private readonly Dictionary<UInt128, int> _counts = [];
    private long _begun = time.GetTimestamp();

    /// <summary>Whether one more of this client is to be looked at.</summary>
    /// <param name="address">Its address and port, as the kernel has written it.</param>
    internal bool Admits(SocketAddress address)
    {
        var client = KeyOf(address);
        if (time.GetElapsedTime(_begun) >= TimeSpan.FromSeconds(1))
        {
            _counts.Clear();
            _begun = time.GetTimestamp();
        }

        if (_counts.Count >= MostClients && !_counts.ContainsKey(client))
            client = 0;
        var count = _counts.GetValueOrDefault(client);
        _counts[client] = count + 1;
        return count < most;
    }

    // Without making objects of it: most of a flood is only counted. The structures are sockaddr_in and sockaddr_in6.
    private static UInt128 KeyOf(SocketAddress address)
    {
        var bytes = address.Buffer.Span;
        return address.Family == AddressFamily.InterNetwork
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes[4..])
            : BinaryPrimitives.ReadUInt128BigEndian(bytes[8..]);
    }
}
