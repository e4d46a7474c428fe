using Estiba.Dns.Names;
using Estiba.ServiceDiscovery.Namespaces;

namespace Estiba.ServiceDiscovery.Names;

/// <summary>What every hosted zone has ("SOA and NS records", Route 53 developer guide).</summary>
internal static class Zone
{
    /// <summary>For how long others may remember its name servers.</summary>
    internal static readonly TimeSpan NameServersFor = TimeSpan.FromDays(2);

    /// <summary>The name servers that Route 53 names for each private zone.</summary>
    internal static readonly IReadOnlyList<string> NameServers =
    [
        "ns-1536.awsdns-00.co.uk",
        "ns-0.awsdns-00.com",
        "ns-1024.awsdns-00.org",
        "ns-512.awsdns-00.net",
    ];

    /// <summary>The zone of a namespace.</summary>
    internal static AuthorityRecord AuthorityOf(NamespaceRecord its) =>
        new(NameServers[0], "awsdns-hostmaster.amazon.com") { TimeToLive = TimeSpan.FromSeconds(its.SoaTtl) };
}
