using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>
/// Holds the keys of hosts to their own host, in every operation that they may call. Everybody else is let through.
/// </summary>
/// <param name="keys">Knows whose a key is.</param>
internal sealed class HostRights(IHostKeys keys)
{
    /// <summary>A host may be in the cluster that it names.</summary>
    /// <returns>The host; null when a principal of the account calls.</returns>
    /// <exception cref="AwsException"><c>AccessDeniedException</c>: it may not.</exception>
    internal BoundHost? RequireCluster(CallContext caller, string action, string? cluster)
    {
        var host = keys.HostOf(caller);
        if (host is null)
            return null;
        var scope = Scope.Of(caller);
        var isForeign = Arn.TryParse(cluster ?? "", out var arn) && new Scope(arn.AccountId, arn.Region) != scope;
        return !isForeign && host.MayBeIn(scope, ClusterNames.NameOf(cluster))
            ? host
            : throw Denied(caller, action, isForeign ? cluster! : scope.Arn("cluster/" + ClusterNames.NameOf(cluster)));
    }

    /// <summary>A host that becomes a container instance is none yet: it is one at a time, in one cluster.</summary>
    /// <exception cref="AwsException"><c>AccessDeniedException</c>: it is one in another cluster, until that one is
    /// deregistered.</exception>
    internal static void RequireUnregistered(
        View view,
        CallContext caller,
        string action,
        BoundHost host,
        ClusterRecord cluster
    )
    {
        var other = view.Where(EcsTables.ContainerInstances, EcsTables.InstancesOfHost, host.Scope.Prefix + host.Id)
            .FirstOrDefault(instance => instance.Status != ContainerInstanceStatus.Inactive && host.Is(instance));
        if (other is not null)
            throw Denied(
                caller,
                action,
                $"{cluster.Arn} because its host is {other.Arn} until that container instance is deregistered"
            );
    }

    /// <summary>A container instance is the caller's own.</summary>
    /// <exception cref="AwsException"><c>AccessDeniedException</c>: it is another host's.</exception>
    internal void RequireInstance(CallContext caller, string action, ContainerInstanceRecord instance)
    {
        if (!Owns(caller, instance))
            throw Denied(caller, action, instance.Arn);
    }

    /// <summary>A task is on the caller's own host. One whose host nobody remembers any more is nobody's.</summary>
    /// <exception cref="AwsException"><c>AccessDeniedException</c>: it is on another host, or not placed
    /// yet.</exception>
    internal void RequireTask(View view, CallContext caller, string action, TaskRecord task)
    {
        if (keys.HostOf(caller) is not { } host)
            return;
        var instance = task.InstanceKey is { } key ? view.Find(EcsTables.ContainerInstances, key) : null;
        if (instance is null ? !task.IsStopped : !host.Is(instance))
            throw Denied(caller, action, task.Arn);
    }

    /// <summary>Whether a caller may speak for a container instance.</summary>
    internal bool Owns(CallContext caller, ContainerInstanceRecord instance) =>
        keys.HostOf(caller) is not { } host || host.Is(instance);

    /// <summary>Whether a caller is a host, to which what it names must belong.</summary>
    internal bool IsHost(CallContext caller) => keys.HostOf(caller) is not null;

    /// <summary>ECS's words for who may not.</summary>
    internal static AwsException Denied(CallContext caller, string action, string resource) =>
        EcsErrors.AccessDeniedException(
            $"User: {caller.PrincipalArn} is not authorized to perform: {action} on resource: {resource}"
        );
}
