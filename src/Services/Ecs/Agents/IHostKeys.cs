using Estiba.Contracts;
using Estiba.Ecs.ContainerInstances;

namespace Estiba.Ecs.Agents;

/// <summary>Distinguishes keys that belong to one host from those of the account's own principals.</summary>
/// <remarks>
/// A host's key speaks for its host and for no other, whatever a request says. What the account's principals may do is
/// a matter of their policies, as on AWS, where the
/// role of an instance may act for any instance of the account.
/// </remarks>
public interface IHostKeys
{
    /// <summary>The host that a caller's key belongs to; null for everybody else.</summary>
    /// <param name="caller">Who calls, proven by his signature.</param>
    BoundHost? HostOf(CallContext caller);

    /// <summary>
    /// Whether a caller that has opened a connection may keep it: false when its key was revoked meanwhile.
    /// </summary>
    /// <param name="caller">Who opened it.</param>
    bool IsGood(CallContext caller);
}

/// <summary>A host with a key of its own.</summary>
/// <param name="Id">What it is called, as long as it lives: the EC2 instance id of its container instance,
/// <c>mi-0123456789abcdef0</c>.</param>
/// <param name="Scope">The account and region that it belongs to.</param>
/// <param name="Cluster">The only cluster that it may be in, by name; null for any.</param>
public sealed record BoundHost(string Id, Scope Scope, string? Cluster = null)
{
    /// <summary>Whether it may be in a cluster.</summary>
    /// <param name="scope">The cluster's account and region.</param>
    /// <param name="cluster">The cluster's name.</param>
    public bool MayBeIn(Scope scope, string cluster) => scope == Scope && (Cluster is null || Cluster == cluster);

    /// <summary>Whether a container instance is this host.</summary>
    /// <param name="instance">Any container instance.</param>
    public bool Is(ContainerInstanceRecord instance) =>
        instance.HostId == Id && MayBeIn(instance.Scope, instance.Cluster);
}

/// <summary>Where no host has a key of its own.</summary>
internal sealed class NoHostKeys : IHostKeys
{
    public BoundHost? HostOf(CallContext caller) => null;

    public bool IsGood(CallContext caller) => true;
}
