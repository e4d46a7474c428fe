using Estiba.Contracts.ServiceDiscovery;
using Estiba.Dns.Names;
using Estiba.ServiceDiscovery.Instances;
using Estiba.ServiceDiscovery.Namespaces;
using Estiba.ServiceDiscovery.Services;
using Estiba.State;
using ServiceRecord = Estiba.ServiceDiscovery.Services.ServiceRecord;

namespace Estiba.ServiceDiscovery.Names;

/// <summary>
/// The names of DNS namespaces, for the platform's name server: a look into the newest state, so that whoever was
/// registered or deregistered is so in the next answer.
/// </summary>
/// <remarks>
/// The platform has names once, not for each VPC: of namespaces with the same name the oldest answers.
/// </remarks>
/// <param name="store">The state.</param>
/// <param name="names">All names of the platform, for instances that stand for another name of it.</param>
/// <param name="random">Chooses instances.</param>
internal sealed class NamespaceHosts(Store store, Func<string, NameAnswer?> names, Random random) : INameSource
{
    /// <summary>How many instances an answer has at most ("Multivalue answer routing").</summary>
    private const int MostAnswers = 8;

    /// <inheritdoc/>
    public NameAnswer? Find(string name)
    {
        var view = store.Current;
        return Owner(view, name) is { } its
            ? new NameAnswer(its.DnsName, RecordsOf(view, its, name[..^its.DnsName.Length].TrimEnd('.')))
            {
                Authority = Zone.AuthorityOf(its),
            }
            : null;
    }

    /// <inheritdoc/>
    public IEnumerable<HostEntry> Hosts()
    {
        var view = store.Current;
        foreach (var its in view.Range(ServiceDiscoveryTables.Namespaces).Where(each => each is { IsDns: true }))
        {
            if (Named(view, its.DnsName)?.Key != its.Key)
                continue;
            foreach (var service in ServicesOf(view, its))
            foreach (var instance in Fit(view, service))
            {
                var addresses = RecordsOf(its, service, instance).OfType<AddressRecord>();
                foreach (var record in addresses)
                    yield return new HostEntry(record.Address, [InstanceRecords.NameOf(its, service)]);
                foreach (var record in InstanceRecords.OfHost(service, instance))
                    yield return new HostEntry(record.Address, [InstanceRecords.HostOf(its, service, instance)]);
            }
        }
    }

    /// <summary>The namespace that a name belongs to, the one with the longest name of several.</summary>
    private static NamespaceRecord? Owner(View view, string name)
    {
        if (view.Count(ServiceDiscoveryTables.Namespaces) == 0)
            return null;
        for (var start = 0; ; )
        {
            if (Named(view, name[start..]) is { } its)
                return its;
            var dot = name.IndexOf('.', start);
            if (dot < 0)
                return null;
            start = dot + 1;
        }
    }

    private static NamespaceRecord? Named(View view, string name) =>
        view.Where(ServiceDiscoveryTables.Namespaces, ServiceDiscoveryTables.NamespacesByDnsName, name)
            .MinBy(its => its.CreatedAt);

    /// <summary>The records of a name in a namespace; null where there is no such name.</summary>
    private IReadOnlyList<NameRecord>? RecordsOf(View view, NamespaceRecord its, string prefix)
    {
        if (prefix.Length == 0)
            return
            [
                Zone.AuthorityOf(its),
                .. Zone.NameServers.Select(server => new NameServerRecord(server) { TimeToLive = Zone.NameServersFor }),
                .. ServiceLookup.Find(view, its, ".", anyCase: true) is { } own ? Answer(view, its, own) : [],
            ];
        if (ServiceLookup.Find(view, its, prefix, anyCase: true) is { } service)
        {
            if (Answer(view, its, service) is { Count: > 0 } records)
                return records;
        }
        else if (Host(view, its, prefix) is { } addresses)
        {
            return addresses;
        }

        // A name between others is there, with nothing to it (RFC 8020).
        return ServicesOf(view, its)
            .Any(each =>
                each.DnsName.EndsWith("." + prefix, StringComparison.Ordinal)
                || (each.DnsName == prefix && Fit(view, each).Any())
            )
            ? []
            : null;
    }

    private IReadOnlyList<NameRecord> Answer(View view, NamespaceRecord its, ServiceRecord service)
    {
        var fit = Fit(view, service).ToArray();
        if (fit.Length == 0)
            return [];
        lock (random)
            random.Shuffle(fit);
        return
        [
            .. fit.Take(service.RoutingPolicy == RoutingPolicy.Weighted ? 1 : MostAnswers)
                .SelectMany(instance => RecordsOf(its, service, instance)),
        ];
    }

    /// <summary>The healthy instances of a service, or all where there are none.</summary>
    private static IEnumerable<InstanceRecord> Fit(View view, ServiceRecord service)
    {
        var all = view.Range(ServiceDiscoveryTables.Instances, service.Key + "/").ToList();
        return all.Exists(instance => instance.IsHealthy) ? all.Where(instance => instance.IsHealthy) : all;
    }

    private IEnumerable<NameRecord> RecordsOf(NamespaceRecord its, ServiceRecord service, InstanceRecord instance)
    {
        if (instance.Attribute(InstanceAttributes.Alias)?.TrimEnd('.').ToLowerInvariant() is not { } alias)
            return InstanceRecords.Of(its, service, instance);
        // An alias is a load balancer; one that stands for a name of this kind could stand for itself.
        if (Owner(store.Current, alias) is not null)
            return [];
        var wanted = service.DnsRecords.Select(record => record.Type).ToList();
        return (names(alias)?.Records ?? [])
            .OfType<AddressRecord>()
            .Where(record => wanted.Contains(record.IsLong ? RecordType.Aaaa : RecordType.A));
    }

    /// <summary>The addresses of an instance by its own name; null where there is none such.</summary>
    private static IReadOnlyList<AddressRecord>? Host(View view, NamespaceRecord its, string prefix)
    {
        for (var dot = prefix.IndexOf('.'); dot >= 0; dot = prefix.IndexOf('.', dot + 1))
        {
            if (
                ServiceLookup.Find(view, its, prefix[(dot + 1)..], anyCase: true) is { } service
                && Instance(view, service, prefix[..dot]) is { } instance
                && InstanceRecords.OfHost(service, instance) is { Count: > 0 } addresses
            )
                return addresses;
        }

        return null;
    }

    private static InstanceRecord? Instance(View view, ServiceRecord service, string id) =>
        view.Where(
                ServiceDiscoveryTables.Instances,
                ServiceDiscoveryTables.InstancesByHost,
                InstanceRecord.HostKey(service.Key, id)
            )
            .FirstOrDefault();

    private static IEnumerable<ServiceRecord> ServicesOf(View view, NamespaceRecord its) =>
        view.Where(ServiceDiscoveryTables.Services, ServiceDiscoveryTables.ServicesOfNamespace, its.Key);
}
