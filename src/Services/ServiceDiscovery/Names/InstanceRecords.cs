using System.Globalization;
using System.Net;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.Dns.Names;
using Estiba.ServiceDiscovery.Instances;
using Estiba.ServiceDiscovery.Namespaces;
using Estiba.ServiceDiscovery.Services;
using ServiceRecord = Estiba.ServiceDiscovery.Services.ServiceRecord;
using SrvRecord = Estiba.Dns.Names.ServiceRecord;

namespace Estiba.ServiceDiscovery.Names;

/// <summary>What instances are to DNS ("DnsRecord", API reference).</summary>
internal static class InstanceRecords
{
    /// <summary>Priority and weight of every record of type SRV.</summary>
    private const ushort Same = 1;

    /// <summary>The name of a service.</summary>
    internal static string NameOf(NamespaceRecord its, ServiceRecord service) =>
        service.Name == "." ? its.DnsName : $"{service.DnsName}.{its.DnsName}";

    /// <summary>The name of the host that an instance of a service with ports is.</summary>
    internal static string HostOf(NamespaceRecord its, ServiceRecord service, InstanceRecord instance) =>
        $"{instance.Id.ToLowerInvariant()}.{NameOf(its, service)}";

    /// <summary>The records of an instance under its service's name.</summary>
    internal static IEnumerable<NameRecord> Of(NamespaceRecord its, ServiceRecord service, InstanceRecord instance)
    {
        foreach (var record in service.DnsRecords)
        {
            NameRecord? found = record.Type switch
            {
                RecordType.A => AddressOf(instance, InstanceAttributes.Ipv4),
                RecordType.Aaaa => AddressOf(instance, InstanceAttributes.Ipv6),
                RecordType.Cname when instance.Attribute(InstanceAttributes.Cname) is { } name => new AliasRecord(
                    name.TrimEnd('.')
                ),
                RecordType.Srv when instance.Attribute(InstanceAttributes.Port) is { } port => new SrvRecord(
                    Same,
                    Same,
                    ushort.Parse(port, CultureInfo.InvariantCulture),
                    HostOf(its, service, instance)
                ),
                _ => null,
            };
            if (found is not null)
                yield return found with
                {
                    TimeToLive = TimeSpan.FromSeconds(record.TTL!.Value),
                };
        }
    }

    /// <summary>The addresses of an instance under its own name, which records of type SRV refer to.</summary>
    internal static IReadOnlyList<AddressRecord> OfHost(ServiceRecord service, InstanceRecord instance) =>
        service.RecordOf(RecordType.Srv) is not { } srv
            ? []
            :
            [
                .. new[] { InstanceAttributes.Ipv4, InstanceAttributes.Ipv6 }
                    .Select(attribute => AddressOf(instance, attribute))
                    .OfType<AddressRecord>()
                    .Select(address => address with { TimeToLive = TimeSpan.FromSeconds(srv.TTL!.Value) }),
            ];

    private static AddressRecord? AddressOf(InstanceRecord instance, string attribute) =>
        instance.Attribute(attribute) is { } address ? new AddressRecord(IPAddress.Parse(address)) : null;
}
