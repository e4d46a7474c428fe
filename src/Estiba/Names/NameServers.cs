using System.Net;
using Estiba.Agent;
using Estiba.Dns.Upstream;

namespace Estiba.Names;

/// <summary>The platform's name servers, for who tells containers of them.</summary>
/// <param name="Addresses">Where they listen on the port of DNS, and containers reach them.</param>
internal sealed record NameServers(IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>The port that resolvers ask; nobody can tell them another.</summary>
    internal const int Port = 53;

    /// <summary>What containers' resolvers are told; null where none of these servers is for them.</summary>
    internal Func<ContainerResolver>? ForContainers(TimeProvider time) =>
        Addresses is [var first, ..] ? ResolverOf(first, time) : null;

    /// <summary>What containers' resolvers are told where they are to ask this server first.</summary>
    /// <remarks>
    /// It lives no longer than the platform does, and containers live longer: so the host's own servers follow, and it
    /// is not waited for. A resolver finds nobody listening at once, and silence out within a second.
    /// </remarks>
    internal static Func<ContainerResolver> ResolverOf(IPAddress server, TimeProvider time)
    {
        var host = new HostResolvers(time);
        return () => new ContainerResolver(host.ForContainers(server), host.OptionsForContainers());
    }
}
