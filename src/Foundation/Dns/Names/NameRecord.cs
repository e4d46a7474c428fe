using System.Net;

namespace Estiba.Dns.Names;

/// <summary>What a name stands for: one record of DNS.</summary>
public abstract record NameRecord
{
    /// <summary>How long others may remember it; a minute, as with most names of AWS.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>An address: A, or AAAA for one of IPv6.</summary>
/// <param name="Address">The address.</param>
public sealed record AddressRecord(IPAddress Address) : NameRecord;

/// <summary>Another name for the same: CNAME.</summary>
/// <param name="Target">The other name, without a dot at its end.</param>
public sealed record AliasRecord(string Target) : NameRecord;

/// <summary>Host and port of an instance of a service: SRV.</summary>
/// <param name="Priority">Those with the lowest are tried first.</param>
/// <param name="Weight">Its share among those of the same priority.</param>
/// <param name="Port">The port.</param>
/// <param name="Target">The name of the host, without a dot at its end.</param>
public sealed record ServiceRecord(ushort Priority, ushort Weight, ushort Port, string Target) : NameRecord;
