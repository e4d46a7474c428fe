using System.Net;
using System.Net.Sockets;

namespace Estiba.Dns.Names;

/// <summary>What a name stands for: one record of DNS.</summary>
public abstract record NameRecord
{
    /// <summary>How long others may remember it; a minute, as with most names of AWS.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>An address: A, or AAAA for one of IPv6.</summary>
/// <param name="Address">The address.</param>
public sealed record AddressRecord(IPAddress Address) : NameRecord
{
    /// <summary>Whether it is one of IPv6.</summary>
    public bool IsLong => Address.AddressFamily == AddressFamily.InterNetworkV6;
}

/// <summary>Another name for the same: CNAME.</summary>
/// <param name="Target">The other name, without a dot at its end.</param>
public sealed record AliasRecord(string Target) : NameRecord;

/// <summary>Host and port of an instance of a service: SRV.</summary>
/// <param name="Priority">Those with the lowest are tried first.</param>
/// <param name="Weight">Its share among those of the same priority.</param>
/// <param name="Port">The port.</param>
/// <param name="Target">The name of the host, without a dot at its end.</param>
public sealed record ServiceRecord(ushort Priority, ushort Weight, ushort Port, string Target) : NameRecord;

/// <summary>Who answers for a zone: NS.</summary>
/// <param name="Target">The name of a name server, without a dot at its end.</param>
public sealed record NameServerRecord(string Target) : NameRecord;

/// <summary>What a zone is: SOA.</summary>
/// <param name="PrimaryName">The name of the name server that has it first, without a dot at its end.</param>
/// <param name="Mailbox">Whom to write to, with a dot for the at sign.</param>
public sealed record AuthorityRecord(string PrimaryName, string Mailbox) : NameRecord
{
    /// <summary>Rises when the zone changes.</summary>
    public uint Serial { get; init; } = 1;

    /// <summary>When servers that copy the zone look again.</summary>
    public TimeSpan Refresh { get; init; } = TimeSpan.FromHours(2);

    /// <summary>When they look again after they could not.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>When they forget it.</summary>
    public TimeSpan Expire { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How long others may remember that a name is not there; with an answer, no longer than its own time
    /// (RFC 2308).</summary>
    public TimeSpan Minimum { get; init; } = TimeSpan.FromDays(1);
}
