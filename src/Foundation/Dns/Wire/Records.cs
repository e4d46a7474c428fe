using System.Net.Sockets;
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

    /// <summary>Whose the name is, for an answer without records (RFC 2308).</summary>
    internal static ResourceRecord Authority(string zone) =>
        new SOARecord
        {
            Name = zone,
            PrimaryName = zone,
            Mailbox = $"hostmaster.{zone}",
            SerialNumber = 1,
            Refresh = TimeSpan.FromHours(2),
            Retry = TimeSpan.FromMinutes(15),
            Expire = TimeSpan.FromDays(14),
            Minimum = NothingFor,
            TTL = NothingFor,
        };

    private static ResourceRecord Of(NameRecord record, DomainName name)
    {
        ResourceRecord its = record switch
        {
            AddressRecord { Address.AddressFamily: AddressFamily.InterNetworkV6 } address => new AAAARecord
            {
                Address = address.Address,
            },
            AddressRecord address => new ARecord { Address = address.Address },
            AliasRecord alias => new CNAMERecord { Target = alias.Target },
            ServiceRecord service => new SRVRecord
            {
                Priority = service.Priority,
                Weight = service.Weight,
                Port = service.Port,
                Target = service.Target,
            },
            _ => throw new InvalidOperationException($"No record of DNS is a {record.GetType().Name}."),
        };
        its.Name = name;
        its.TTL = record.TimeToLive;
        return its;
    }
}
