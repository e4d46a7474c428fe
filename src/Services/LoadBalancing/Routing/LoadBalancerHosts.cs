using System.Net;
using Estiba.Dns.Names;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.State;

namespace Estiba.LoadBalancing.Routing;

/// <summary>
/// The names of load balancers, for the platform's name server: each stands for the addresses in healthy zones
/// (<see cref="ZoneHealth"/>), with <c>dualstack.</c> before it for the same, and with a zone before it for the address
/// there ("Network Load Balancers", DNS name).
/// </summary>
internal sealed class LoadBalancerHosts(Store store) : INameSource
{
    private const string DualStack = "dualstack";

    /// <inheritdoc/>
    public NameAnswer? Find(string name)
    {
        // Not all of them have it in the same place, but all have it.
        if (!name.Contains(".elb.", StringComparison.Ordinal))
            return null;
        var view = store.Current;
        for (var start = 0; ; )
        {
            if (Named(view, name[start..]) is { } found)
                return new NameAnswer(name[start..], RecordsOf(view, found, name[..Math.Max(0, start - 1)]));
            var dot = name.IndexOf('.', start);
            if (dot < 0)
                return null;
            start = dot + 1;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<HostEntry> Hosts() =>
        store
            .Current.Range(LoadBalancingTables.LoadBalancers)
            .Where(record => record.DeletedAt is null)
            .SelectMany(record =>
                record.Interfaces.Select(its => new HostEntry(
                    IPAddress.Parse(its.Address),
                    [record.DnsName, $"{DualStack}.{record.DnsName}", $"{record.ZoneOf(its)}.{record.DnsName}"]
                ))
            );

    private static LoadBalancerRecord? Named(View view, string name) =>
        view.Where(LoadBalancingTables.LoadBalancers, LoadBalancingTables.LoadBalancersByDnsName, name)
            .FirstOrDefault();

    /// <summary>The records of a name below a load balancer's own; null where there is no such name.</summary>
    private static List<AddressRecord>? RecordsOf(View view, LoadBalancerRecord record, string prefix)
    {
        if (prefix is "" or DualStack)
            return Of(ZoneHealth.AnsweredBy(view, record));
        return record.Subnets.Any(subnet => subnet.ZoneName == prefix)
            ? Of(record.Interfaces.Where(its => record.ZoneOf(its) == prefix))
            : null;
    }

    private static List<AddressRecord> Of(IEnumerable<InterfaceRecord> interfaces) =>
        [.. interfaces.Select(its => new AddressRecord(IPAddress.Parse(its.Address)))];
}
