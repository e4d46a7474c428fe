using Estiba.Contracts;
using Estiba.Ecs.Agents;
using Estiba.Instances;

namespace Estiba.Joining;

/// <summary>
/// The keys that belong to one host each, as ECS asks for them: those of hosts that have joined, and those of virtual
/// instances.
/// </summary>
/// <param name="joined">The hosts that have joined.</param>
/// <param name="instances">Virtual instances, and everybody else who has a key.</param>
/// <param name="anyCredentials">Every key is good.</param>
internal sealed class KeysOfHosts(HostKeys joined, InstanceCredentials instances, bool anyCredentials) : IHostKeys
{
    public BoundHost? HostOf(CallContext caller) =>
        joined.HostOf(caller.AccessKeyId) ?? instances.HostOf(caller.AccessKeyId);

    public bool IsGood(CallContext caller) => anyCredentials || instances.Find(caller.AccessKeyId) is not null;
}
