using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Estiba.Agent.ServiceConnect;

/// <summary>Where a connection was to go before the packet filter led it here.</summary>
internal static class OriginalDestination
{
    private const int SolIp = 0;
    private const int SoOriginalDst = 80;
    private const int PortAt = 2;
    private const int AddressAt = 4;

    /// <summary>The address and port that the client connected to; null where the connection has ended.</summary>
    internal static IPEndPoint? Of(Socket connection)
    {
        Span<byte> address = stackalloc byte[16];
        try
        {
            _ = connection.GetRawSocketOption(SolIp, SoOriginalDst, address);
            return new IPEndPoint(
                new IPAddress(address.Slice(AddressAt, 4)),
                BinaryPrimitives.ReadUInt16BigEndian(address[PortAt..])
            );
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
