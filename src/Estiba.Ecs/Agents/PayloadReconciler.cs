using Estiba.State;
using Estiba.State.Reconciling;

namespace Estiba.Ecs.Agents;

/// <summary>Tells each connected agent what its container instance should run, by instance.</summary>
internal sealed class PayloadReconciler(Store store, AgentSessions sessions, EcsOptions options) : IReconciler<string>
{
    public async Task ReconcileAsync(string instanceKey, CancellationToken cancellation)
    {
        if (sessions.Find(instanceKey) is not { } session) return;
        var view = store.Current;
        if (view.Find(EcsTables.ContainerInstances, instanceKey) is not { } instance) return;

        var tasks = view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instanceKey).ToList();
        await session.SendTasksAsync(
            tasks,
            task => view.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision)) is { } definition
                ? TaskPayload.Of(task, definition.Definition, instance, options)
                : null,
            cancellation);
    }
}
