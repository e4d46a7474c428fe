using Estiba.Ecs.Services;
using Estiba.State;

namespace Estiba.Ecs;

/// <summary>The controllers, each of which looks at one kind of thing.</summary>
internal enum Controller
{
    /// <summary>Keeps a service at its desired count, by the service's key.</summary>
    Services,

    /// <summary>Places what waits in a cluster, by the cluster's key.</summary>
    Scheduler,

    /// <summary>Tells an agent what to run, by its container instance's key.</summary>
    Payloads,

    /// <summary>Gives up instances whose agents stay away, by the container instance's key.</summary>
    Presence,
}

/// <summary>Something that a controller must look at.</summary>
internal readonly record struct Look(Controller Controller, string Key);

/// <summary>Says which controller must look at what: after a commit, and at the start. Holds nothing and does nothing.</summary>
/// <remarks>What is to be looked at again after a time, its controller says itself when it looks.</remarks>
internal static class Attention
{
    /// <summary>Everything that may have been left half done when the platform last stopped. Agents come back by themselves.</summary>
    internal static IEnumerable<Look> AtStart(View view)
    {
        foreach (var service in view.Range(EcsTables.Services)) yield return new Look(Controller.Services, service.Key);
        foreach (var cluster in view.Range(EcsTables.Clusters)) yield return new Look(Controller.Scheduler, cluster.Key);
        foreach (var instance in view.Range(EcsTables.ContainerInstances)) yield return new Look(Controller.Presence, instance.Key);
    }

    /// <summary>What the changes of a commit concern.</summary>
    internal static IEnumerable<Look> After(Commit commit) =>
    [
        .. commit.Of(EcsTables.Tasks).SelectMany(change => AfterTask(change.Before, change.After)),
        .. commit.Of(EcsTables.Services).SelectMany(change => AfterService(change.After)),
        .. commit.Of(EcsTables.ContainerInstances).SelectMany(change => AfterInstance(commit.View, change.Before, change.After)),
    ];

    private static IEnumerable<Look> AfterTask(TaskRecord? before, TaskRecord? after)
    {
        var task = after ?? before!;
        if (task.Service is { } service) yield return new Look(Controller.Services, ServiceRecord.KeyOf(task.Scope, task.Cluster, service));
        if (after is { IsWaiting: true } || before?.HeldInstance != after?.HeldInstance) yield return new Look(Controller.Scheduler, task.ClusterKey);
        if (after is { IsMoving: true, InstanceKey: { } instance } && (before?.DesiredStatus, before?.ContainerInstance) != (after.DesiredStatus, after.ContainerInstance))
            yield return new Look(Controller.Payloads, instance);
    }

    private static IEnumerable<Look> AfterService(ServiceRecord? after)
    {
        if (after is not null && after.Status != ServiceStatus.Inactive) yield return new Look(Controller.Services, after.Key);
    }

    private static IEnumerable<Look> AfterInstance(View view, ContainerInstanceRecord? before, ContainerInstanceRecord? after)
    {
        if (after is null) yield break;
        yield return new Look(Controller.Scheduler, after.ClusterKey);
        if (before is null || (before.Status, before.ConnectionChangedAt, before.RegistrationToken) != (after.Status, after.ConnectionChangedAt, after.RegistrationToken)) yield return new Look(Controller.Presence, after.Key);
        if (before is not null && (before.Status, before.AgentConnected, before.LostAt, before.Attributes) == (after.Status, after.AgentConnected, after.LostAt, after.Attributes)) yield break;
        foreach (var service in view.Range(EcsTables.Services, after.ClusterKey + "/")) yield return new Look(Controller.Services, service.Key);
    }
}
