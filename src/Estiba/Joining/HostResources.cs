using Estiba.Contracts;
using Estiba.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Identity.Authorization;
using Estiba.State;

namespace Estiba.Joining;

/// <summary>
/// The resources that hosts' own keys are good for: of CloudWatch Logs the groups and streams of their tasks, of ECR
/// the repositories of their tasks' images. ECS holds a host to its own container instance and tasks itself, because
/// what a request names is looked up with what it changes.
/// </summary>
/// <param name="store">Where tasks are.</param>
/// <param name="keys">Knows whose a key is.</param>
/// <param name="options">Where hosts find the registry.</param>
internal sealed class HostResources(Store store, IHostKeys keys, EcsOptions options) : IKeyResources
{
    private const string Logs = "logs:";
    private const string Repository = "repository";

    public bool Allow(CallContext caller, string action, string resource)
    {
        if (keys.HostOf(caller) is not { } host)
            return true;
        if (action.StartsWith(Logs, StringComparison.Ordinal))
            return LogsOfHosts.Allow(store.Current, host, action, resource);
        return !HostKeys.Pulling.Contains(action)
            || Arn.TryParse(resource, out var arn)
                && arn.ResourceType == Repository
                && arn.AccountId == host.Scope.AccountId
                && RepositoriesOfHost.Has(store.Current, host, arn.Region, arn.ResourceName, options);
    }
}
