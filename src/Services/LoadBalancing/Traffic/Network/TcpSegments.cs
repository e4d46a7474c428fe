using System.Net.Sockets;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>
/// How many segments a connection has had from its other end: a keepalive is one, and carries no data.
/// </summary>
internal static class TcpSegments
{
    private const int Tcp = 6;
    private const int TcpInfo = 11;

    /// <summary>Where <c>tcpi_segs_in</c> is (<c>linux/tcp.h</c>).</summary>
    private const int SegmentsIn = 140;

    /// <summary>The number; 0 where the kernel does not tell.</summary>
    public static uint Of(Socket socket)
    {
        Span<byte> info = stackalloc byte[SegmentsIn + sizeof(uint)];
        try
        {
            return socket.GetRawSocketOption(Tcp, TcpInfo, info) == info.Length
                ? BitConverter.ToUInt32(info[SegmentsIn..])
                : 0;
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }
}
