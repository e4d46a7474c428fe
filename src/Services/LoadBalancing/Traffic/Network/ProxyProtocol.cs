using System.Buffers.Binary;
using System.Net;
using System.Numerics;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>Headers of the proxy protocol, version 2, by which targets learn who their clients are.</summary>
/// <remarks>
/// As on AWS a checksum follows the addresses, and what does nothing fills the header up to 100 bytes. The
/// endpoint's id (PP2_TYPE_AWS) would be there only for clients that come through PrivateLink.
/// </remarks>
internal static class ProxyProtocol
{
    private const byte Version2Local = 0x20;
    private const byte Version2Proxy = 0x21;
    private const byte TcpOverIpv4 = 0x11;
    private const byte Crc32C = 0x03;
    private const byte NoOperation = 0x04;

    /// <summary>How much follows the length.</summary>
    private const int Rest = 84;

    /// <summary>How much of that fills it up, after addresses, ports, the checksum and its own head.</summary>
    private const int Filling = Rest - 12 - 7 - 3;

    private static ReadOnlySpan<byte> Signature =>
        [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>Begins a connection that is for nobody but the load balancer itself, such as a health check.</summary>
    public static byte[] Local { get; } = [.. Signature, Version2Local, 0, 0, 0];

    /// <summary>Begins a client's connection.</summary>
    /// <param name="source">The client.</param>
    /// <param name="destination">Where it has connected to.</param>
    public static byte[] Of(IPEndPoint source, IPEndPoint destination)
    {
        var header = new byte[Signature.Length + 4 + Rest];
        Signature.CopyTo(header);
        var rest = header.AsSpan(Signature.Length);
        rest[0] = Version2Proxy;
        rest[1] = TcpOverIpv4;
        BinaryPrimitives.WriteUInt16BigEndian(rest[2..], Rest);
        source.Address.TryWriteBytes(rest[4..], out _);
        destination.Address.TryWriteBytes(rest[8..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(rest[12..], (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(rest[14..], (ushort)destination.Port);
        rest[16] = Crc32C;
        BinaryPrimitives.WriteUInt16BigEndian(rest[17..], 4);
        rest[23] = NoOperation;
        BinaryPrimitives.WriteUInt16BigEndian(rest[24..], Filling);
        // Of the whole header, as it is before the checksum is in it.
        BinaryPrimitives.WriteUInt32BigEndian(rest[19..], ChecksumOf(header));
        return header;
    }

    private static uint ChecksumOf(ReadOnlySpan<byte> header)
    {
        var crc = uint.MaxValue;
        foreach (var value in header)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
