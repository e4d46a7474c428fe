using System.Buffers.Binary;
using System.Net;

namespace Estiba.Compute.Networking;

/// <summary>
/// The addresses that virtual instances get: one block, which is the default VPC's CIDR, and a subnet of it for each of
/// three zones.
/// </summary>
/// <remarks>
/// Every account and region has the same block, as every default VPC of AWS has 172.31.0.0/16; an address is given out
/// once on the host.
/// </remarks>
/// <param name="Block">The default VPC's CIDR block.</param>
/// <param name="Subnets">Three blocks inside it, of zones a, b and c.</param>
public sealed record AddressRange(IPNetwork Block, IReadOnlyList<IPNetwork> Subnets)
{
    /// <summary>How many zones a region has.</summary>
    public const int Zones = 3;

    /// <summary>The prefix length of the smallest block that can be had on a bridge.</summary>
    internal const int SmallestBlock = 20;

    /// <summary>127.66.0.0/16: addresses that every Linux host already answers on, and only to itself.</summary>
    public static AddressRange Loopback { get; } =
        new(
            IPNetwork.Parse("127.66.0.0/16"),
            [IPNetwork.Parse("127.66.0.0/18"), IPNetwork.Parse("127.66.64.0/18"), IPNetwork.Parse("127.66.128.0/18")]
        );

    /// <summary>
    /// The top of the block, for a /16: x.y.255.0/24 for zone a, x.y.254.0/24 for b, x.y.253.0/24 for c. The lower half
    /// is Docker's, for containers.
    /// </summary>
    public static AddressRange OfBridge(IPNetwork block)
    {
        if (block.PrefixLength > SmallestBlock)
            throw new ArgumentException(
                $"{block} is too small for virtual instances: a /{SmallestBlock} or larger is needed.",
                nameof(block)
            );

        var last = ToNumber(block.BaseAddress) | (uint.MaxValue >> block.PrefixLength);
        return new(
            block,
            [
                .. Enumerable
                    .Range(0, Zones)
                    .Select(zone => new IPNetwork(ToAddress((last & ~0xFFu) - ((uint)zone << 8)), 24)),
            ]
        );
    }

    /// <summary>How many instances fit in one zone's subnet.</summary>
    public int CapacityOf(int zone) => (int)Math.Min(int.MaxValue, (1L << (32 - Subnets[zone].PrefixLength)) - 2);

    /// <summary>The address number <paramref name="index"/> of a zone, from 0.</summary>
    public IPAddress Address(int zone, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, CapacityOf(zone));
        return ToAddress(ToNumber(Subnets[zone].BaseAddress) + (uint)index + 1);
    }

    /// <summary>The zone whose subnet holds the address; null when none does.</summary>
    public int? ZoneOf(IPAddress address)
    {
        for (var zone = 0; zone < Subnets.Count; zone++)
        {
            if (Subnets[zone].Contains(address))
                return zone;
        }
        return null;
    }

    internal static uint ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    internal static IPAddress ToAddress(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
