using Estiba.Contracts;
using Estiba.Ecs.Agents;
using Estiba.Identity.Authorization;
using Estiba.State;

namespace Estiba.Joining;

/// <summary>
/// The resources that hosts' own keys are good for: of CloudWatch Logs the groups and streams of their tasks. ECS holds
/// a host to its own container instance and tasks itself, because what a request names is looked up with what it
/// changes.
/// </summary>
/// <param name="store">Where tasks are.</param>
/// <param name="keys">Knows whose a key is.</param>
internal sealed class HostResources(Store store, IHostKeys keys) : IKeyResources
{
    private const string Logs = "logs:";

    public bool Allow(CallContext caller, string action, string resource) =>
        !action.StartsWith(Logs, StringComparison.Ordinal)
        || keys.HostOf(caller) is not { } host
        || LogsOfHosts.Allow(store.Current, host, action, resource);
}
