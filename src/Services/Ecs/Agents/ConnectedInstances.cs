using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.ServiceConnect;
using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>
/// Which container instances have to hear of a change in a namespace of Service Connect: those with tasks that are in
/// it.
/// </summary>
internal static class ConnectedInstances
{
    /// <summary>The keys of the instances that changes of tasks concern.</summary>
    internal static void Find(TableChanges<TaskRecord> changes, Action<string> enqueue)
    {
        HashSet<string>? namespaces = null;
        foreach (var change in changes)
        {
            var task = change.After ?? change.Before!;
            if (task.Connection is not { } connection || !IsSeen(change.Before, change.After))
                continue;
            (namespaces ??= new(StringComparer.Ordinal)).Add(connection.Namespace);
            // Of its tasks this may have been the last one in the namespace.
            if (task.InstanceKey is { } own)
                enqueue(own);
        }

        Enqueue(changes.View, namespaces, enqueue);
    }

    /// <summary>The keys of the instances that changes of services concern.</summary>
    internal static void Find(TableChanges<ServiceRecord> changes, Action<string> enqueue)
    {
        HashSet<string>? namespaces = null;
        foreach (var change in changes)
        {
            if (
                (change.Before?.Status, change.Before?.ServiceConnect)
                == (change.After?.Status, change.After?.ServiceConnect)
            )
                continue;
            foreach (var its in new[] { change.Before?.ServiceConnect?.Namespace, change.After?.LiveNamespace })
                if (its is not null)
                    (namespaces ??= new(StringComparer.Ordinal)).Add(its);
        }

        Enqueue(changes.View, namespaces, enqueue);
    }

    /// <summary>
    /// The keys of the instances that changes of others concern: tasks on those answer elsewhere, or no more.
    /// </summary>
    internal static void Find(TableChanges<ContainerInstanceRecord> changes, Action<string> enqueue)
    {
        HashSet<string>? namespaces = null;
        foreach (var change in changes)
        {
            if (
                change is not { Before: { } before, After: { } after }
                || (before.LostAt is null, before.PrivateIp) == (after.LostAt is null, after.PrivateIp)
            )
                continue;
            foreach (var task in changes.View.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, after.Key))
                if (task.LiveNamespace is { } its)
                    (namespaces ??= new(StringComparer.Ordinal)).Add(its);
        }

        Enqueue(changes.View, namespaces, enqueue);
    }

    /// <summary>
    /// The keys of the instances that changes of names concern: those in other namespaces that have the same names.
    /// </summary>
    internal static void Find(TableChanges<ServiceConnectName> changes, Action<string> enqueue)
    {
        HashSet<string>? namespaces = null;
        foreach (var change in changes)
        foreach (
            var other in changes.View.Where(
                EcsTables.ServiceConnectNames,
                EcsTables.NamesByDnsName,
                (change.After ?? change.Before!).DnsName
            )
        )
            (namespaces ??= new(StringComparer.Ordinal)).Add(other.Namespace);

        Enqueue(changes.View, namespaces, enqueue);
    }

    // Whether anything has changed that others see of a task, or where it is.
    private static bool IsSeen(TaskRecord? before, TaskRecord? after) =>
        (before?.LastStatus, before?.DesiredStatus, before?.HealthStatus, before?.ContainerInstance)
        != (after?.LastStatus, after?.DesiredStatus, after?.HealthStatus, after?.ContainerInstance);

    private static void Enqueue(View view, HashSet<string>? namespaces, Action<string> enqueue)
    {
        foreach (var its in namespaces ?? [])
        foreach (
            var instance in view.Where(EcsTables.Tasks, EcsTables.ConnectedTasks, its)
                .Select(task => task.InstanceKey)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
        )
            enqueue(instance);
    }
}
