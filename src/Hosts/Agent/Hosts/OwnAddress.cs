using System.Net;
using System.Net.Sockets;

namespace Estiba.Agent.Hosts;

/// <summary>The address under which a host is known to those it talks to.</summary>
internal static class OwnAddress
{
    /// <summary>The address that this host has on the way to a server; null where there is no way now.</summary>
    /// <param name="server">Nothing is sent to it.</param>
    internal static IPAddress? Towards(Uri server)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(server.Host, server.Port);
            return (socket.LocalEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
