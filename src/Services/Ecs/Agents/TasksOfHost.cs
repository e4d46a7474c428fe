using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>
/// The tasks of a host, running, stopping or stopped not long ago, with their definitions: what it needs follows from
/// these.
/// </summary>
public static class TasksOfHost
{
    /// <summary>All of them.</summary>
    /// <param name="view">The state.</param>
    /// <param name="host">The host, which may have been in several clusters.</param>
    public static IEnumerable<(TaskRecord Task, TaskDefinition Definition)> All(View view, BoundHost host) =>
        Instances(view, host)
            .SelectMany(instance =>
                view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instance.Key)
                    .Concat(view.Where(EcsTables.Tasks, EcsTables.EndedTasks, instance.Key))
            )
            .SelectMany(task => WithDefinition(view, task));

    /// <summary>The one with an id; nothing when the host has none.</summary>
    /// <param name="view">The state.</param>
    /// <param name="host">The host.</param>
    /// <param name="id">32 hexadecimal digits.</param>
    public static IEnumerable<(TaskRecord Task, TaskDefinition Definition)> Named(
        View view,
        BoundHost host,
        string id
    ) =>
        Instances(view, host)
            .Select(instance =>
                view.Find(EcsTables.Tasks, $"{instance.ClusterKey}/{id}") is { } task
                && task.ContainerInstance == instance.Id
                    ? task
                    : null
            )
            .OfType<TaskRecord>()
            .SelectMany(task => WithDefinition(view, task));

    private static List<ContainerInstanceRecord> Instances(View view, BoundHost host) =>
        [
            .. view.Where(EcsTables.ContainerInstances, EcsTables.InstancesOfHost, host.Scope.Prefix + host.Id)
                .Where(host.Is),
        ];

    private static IEnumerable<(TaskRecord Task, TaskDefinition Definition)> WithDefinition(
        View view,
        TaskRecord task
    ) =>
        view.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision))
            is { } record
            ? [(task, record.Definition)]
            : [];
}
