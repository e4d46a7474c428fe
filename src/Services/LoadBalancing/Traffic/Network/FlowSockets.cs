using System.Net;
using System.Net.Sockets;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>Makes the sockets by which targets are reached.</summary>
internal static class FlowSockets
{
    private const int Ip = 0;
    private const int BindAddressNoPort = 24;

    /// <summary>
    /// A socket whose address is the load balancer's, as targets are to see it. Its port is chosen when it connects:
    /// then each target has all ports to itself.
    /// </summary>
    public static Socket From(IPAddress address, SocketType type)
    {
        var socket = new Socket(
            AddressFamily.InterNetwork,
            type,
            type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp
        );
        try
        {
            if (OperatingSystem.IsLinux())
                socket.SetRawSocketOption(Ip, BindAddressNoPort, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(address, 0));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
