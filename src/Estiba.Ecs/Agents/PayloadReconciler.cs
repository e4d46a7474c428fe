using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tasks;
using Estiba.State;
using Estiba.State.Reconciling;

namespace Estiba.Ecs.Agents;

/// <summary>Tells each connected agent what its container instance should run, by instance.</summary>
internal sealed class PayloadReconciler(Store store, AgentSessions sessions, EcsIds ids, EcsOptions options, TimeProvider time) : IReconciler<string>
{
    public async Task<TimeSpan?> ReconcileAsync(string instanceKey, CancellationToken cancellation)
    {
        if (sessions.Find(instanceKey) is not { } session) return null;
        if (await StopUnavailableAsync(instanceKey, cancellation)) return null; // what was stopped brings the instance here again

        var view = store.Current;
        if (view.Find(EcsTables.ContainerInstances, instanceKey) is not { } instance) return null;

        var tasks = view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instanceKey).ToList();
        await session.SendTasksAsync(
            tasks,
            task => DefinitionOf(view, task) is { } definition
                ? TaskPayload.Of(task, definition, instance, options)
                : null,
            cancellation);
        return null;
    }

    /// <summary>Stops the tasks that no agent can start, before one hears of them.</summary>
    /// <returns>Whether there was any.</returns>
    internal async Task<bool> StopUnavailableAsync(string instanceKey, CancellationToken cancellation)
    {
        if (Unavailable(store.Current, instanceKey).Count == 0) return false;
        return await store.CommitAsync(
            transaction =>
            {
                var unavailable = Unavailable(transaction, instanceKey);
                foreach (var (task, reason) in unavailable) TaskTransitions.Stop(transaction, task, TaskStopCode.TaskFailedToStart, reason, ids, time.GetUtcNow());
                return unavailable.Count > 0;
            },
            cancellation);
    }

    private static List<(TaskRecord Task, string Reason)> Unavailable(View view, string instanceKey) =>
    [
        .. view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instanceKey)
            .Where(task => task is { IsWanted: true, LastStatus: TaskStatus.Pending })
            .Select(task => (Task: task, Reason: DefinitionOf(view, task) is { } definition ? UnavailableResources.ReasonFor(definition) : null))
            .Where(item => item.Reason is not null)
            .Select(item => (item.Task, item.Reason!)),
    ];

    private static TaskDefinition? DefinitionOf(View view, TaskRecord task) =>
        view.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision))?.Definition;
}
