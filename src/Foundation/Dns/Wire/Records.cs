using Estiba.Dns.Names;
using Makaretu.Dns;
using AddressRecord = Estiba.Dns.Names.AddressRecord;

namespace Estiba.Dns.Wire;

/// <summary>What a source says of a name, as records of an answer.</summary>
internal static class Records
{
    /// <summary>
    /// How long others may remember that there is nothing: hardly, since a name that was just made is to be found.
    /// </summary>
    private static readonly TimeSpan NothingFor = TimeSpan.FromSeconds(1);

    /// <summary>The records of a type, in an order of chance.</summary>
    internal static ResourceRecord[] Of(IReadOnlyList<NameRecord> records, DomainName name, DnsType type, Random random)
    {
        var found = records
            .Select(record => Of(record, name))
            .Where(record => type == DnsType.ANY || record.Type == type || record.Type == DnsType.CNAME)
            .ToArray();
        random.Shuffle(found);
        return found;
    }

    /// <summary>
    /// Whose the name is, for an answer without records: it says how long there is nothing (RFC 2308).
    /// </summary>
    internal static ResourceRecord Authority(NameAnswer answer)
    {
        var zone = answer.Authority
            ?? new AuthorityRecord(answer.Zone, $"hostmaster.{answer.Zone}")
            {
                Minimum = NothingFor,
                TimeToLive = NothingFor,
            };
        return Of(zone with { TimeToLive = Min(zone.TimeToLive, zone.Minimum) }, answer.Zone);
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static ResourceRecord Of(NameRecord record, DomainName name)
    {
        ResourceRecord its = record switch
        {
            AddressRecord { IsLong: true } address => new AAAARecord { Address = address.Address },
            AddressRecord address => new ARecord { Address = address.Address },
            AliasRecord alias => new CNAMERecord { Target = alias.Target },
            ServiceRecord service => new PortRecord
            {
                Priority = service.Priority,
                Weight = service.Weight,
                Port = service.Port,
                Target = service.Target,
            },
            NameServerRecord server => new NSRecord { Authority = server.Target },
            AuthorityRecord zone => new SOARecord
            {
                PrimaryName = zone.PrimaryName,
                Mailbox = zone.Mailbox,
                SerialNumber = zone.Serial,
                Refresh = zone.Refresh,
                Retry = zone.Retry,
                Expire = zone.Expire,
                Minimum = zone.Minimum,
            },
            _ => throw new InvalidOperationException($"No record of DNS is a {record.GetType().Name}."),
        };
        its.Name = name;
        its.TTL = record.TimeToLive;
        return its;
    }
}
