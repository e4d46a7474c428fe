using System.Globalization;
using System.Text;
using Estiba.Contracts.Route53;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.Dns.Names;
using Estiba.ServiceDiscovery.Instances;
using Estiba.ServiceDiscovery.Names;
using Estiba.ServiceDiscovery.Namespaces;
using Estiba.State;
using ServiceRecord = Estiba.ServiceDiscovery.Services.ServiceRecord;
using SrvRecord = Estiba.Dns.Names.ServiceRecord;

namespace Estiba.ServiceDiscovery.HostedZones;

/// <summary>What a namespace is in Route 53: the record sets of its zone, in Route 53's order.</summary>
internal static class RecordSets
{
    /// <summary>All record sets of a namespace's zone.</summary>
    internal static IReadOnlyList<ResourceRecordSet> Of(View view, NamespaceRecord its)
    {
        var sets = new List<ResourceRecordSet>
        {
            Set(its.DnsName, RRType.Ns, (long)Zone.NameServersFor.TotalSeconds, [.. Zone.NameServers.Select(Absolute)]),
            Set(its.DnsName, RRType.Soa, its.SoaTtl, [AuthorityOf(its)]),
        };
        foreach (
            var service in view.Where(
                ServiceDiscoveryTables.Services,
                ServiceDiscoveryTables.ServicesOfNamespace,
                its.Key
            )
        )
        foreach (var instance in view.Range(ServiceDiscoveryTables.Instances, service.Key + "/"))
            sets.AddRange(Of(its, service, instance));
        return [.. sets.OrderBy(Order, StringComparer.Ordinal)];
    }

    /// <summary>Where a record set stands: by the labels of its name from the last to the first, then by type and
    /// identifier.</summary>
    internal static string Order(ResourceRecordSet set) => Order(set.Name!, set.Type, set.SetIdentifier);

    /// <inheritdoc cref="Order(ResourceRecordSet)"/>
    internal static string Order(string name, string? type = null, string? identifier = null)
    {
        var labels = name.TrimEnd('.').ToLowerInvariant().Split('.');
        Array.Reverse(labels);
        return $"{string.Join('\u0001', labels)}\u0000{type}\u0000{identifier}";
    }

    /// <summary>A name as Route 53 shows it, with a dot at its end.</summary>
    internal static string Absolute(string name)
    {
        var shown = new StringBuilder(name.Length + 1);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
                shown.Append(letter);
            else
                shown.Append('\\').Append(Convert.ToString(letter, 8).PadLeft(3, '0'));
        }

        return shown.Append('.').ToString();
    }

    private static IEnumerable<ResourceRecordSet> Of(
        NamespaceRecord its,
        ServiceRecord service,
        InstanceRecord instance
    )
    {
        var name = InstanceRecords.NameOf(its, service);
        if (instance.Attribute(InstanceAttributes.Alias) is { } alias)
        {
            foreach (var record in service.DnsRecords)
                yield return Routed(
                    service,
                    instance,
                    new ResourceRecordSet
                    {
                        Name = Absolute(name),
                        Type = record.Type,
                        AliasTarget = new AliasTarget
                        {
                            DNSName = Absolute(alias.TrimEnd('.')),
                            EvaluateTargetHealth = true,
                            HostedZoneId = its.HostedZoneId,
                        },
                    }
                );
            yield break;
        }

        foreach (var record in InstanceRecords.Of(its, service, instance))
            yield return Routed(service, instance, Set(name, record));
        foreach (var record in InstanceRecords.OfHost(service, instance))
            yield return Set(InstanceRecords.HostOf(its, service, instance), record);
    }

    private static ResourceRecordSet Routed(ServiceRecord service, InstanceRecord instance, ResourceRecordSet set) =>
        service.RoutingPolicy == RoutingPolicy.Weighted
            ? set with
            {
                SetIdentifier = instance.Id,
                Weight = 1,
            }
            : set with
            {
                SetIdentifier = instance.Id,
                MultiValueAnswer = true,
            };

    private static ResourceRecordSet Set(string name, NameRecord record)
    {
        var ttl = (long)record.TimeToLive.TotalSeconds;
        return record switch
        {
            AddressRecord address => Set(
                name,
                address.IsLong ? RRType.Aaaa : RRType.A,
                ttl,
                [address.Address.ToString()]
            ),
            AliasRecord other => Set(name, RRType.Cname, ttl, [other.Target]),
            SrvRecord port => Set(
                name,
                RRType.Srv,
                ttl,
                [
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{port.Priority} {port.Weight} {port.Port} {port.Target}"
                    ),
                ]
            ),
            _ => throw new InvalidOperationException($"No instance has a {record.GetType().Name}."),
        };
    }

    private static ResourceRecordSet Set(string name, string type, long ttl, IReadOnlyList<string> values) =>
        new()
        {
            Name = Absolute(name),
            Type = type,
            TTL = ttl,
            ResourceRecords = [.. values.Select(value => new ResourceRecord { Value = value })],
        };

    private static string AuthorityOf(NamespaceRecord its)
    {
        var zone = Zone.AuthorityOf(its);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{zone.PrimaryName}. {zone.Mailbox}. {zone.Serial} {zone.Refresh.TotalSeconds} {zone.Retry.TotalSeconds} {
                zone.Expire.TotalSeconds} {zone.Minimum.TotalSeconds}"
        );
    }
}
