using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>
/// Turns what identifies a flow into a number, by which its target is chosen ("the load balancer selects a target using
/// a flow hash algorithm").
/// </summary>
internal static class FlowHash
{
    /// <summary>Of a flow: the same five values always give the same.</summary>
    public static ulong Of(IPEndPoint source, IPEndPoint destination, ProtocolType protocol)
    {
        var addresses = ((ulong)Number(source.Address) << 32) | Number(destination.Address);
        var rest = ((ulong)protocol << 32) | ((ulong)source.Port << 16) | (uint)destination.Port;
        return Mix(Mix(addresses) ^ rest);
    }

    /// <summary>Of a client's address alone.</summary>
    public static ulong Of(IPAddress source) => Mix(Number(source));

    /// <summary>Of two values.</summary>
    public static ulong Mix(ulong value, ulong other) => Mix(Mix(value) ^ other);

    /// <summary>From 0 to 1.</summary>
    public static double Chance(ulong hash) => (Mix(hash) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number of an address and port.</summary>
    public static ulong NumberOf(IPEndPoint endPoint) => ((ulong)Number(endPoint.Address) << 16) | (uint)endPoint.Port;

    // The finalizer of SplitMix64: each bit of the value changes half of the result's.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private static uint Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
