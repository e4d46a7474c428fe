using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.State;
using Estiba.State.Reconciling;
using AcsTask = Estiba.Contracts.Acs.AcsTask;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Agents;

/// <summary>Tells each connected agent what its container instance should run, and renews the credentials of its tasks' roles; by instance.</summary>
internal sealed class PayloadReconciler(Store store, AgentSessions sessions, RoleSessions roles, EcsIds ids, EcsOptions options, TimeProvider time) : IReconciler<string>
{
    public async Task<TimeSpan?> ReconcileAsync(string instanceKey, CancellationToken cancellation)
    {
        if (sessions.Find(instanceKey) is not { } session) return null;
        if (await StopUnavailableAsync(instanceKey, cancellation)) return null; // what was stopped brings the instance here again

        var view = store.Current;
        if (view.Find(EcsTables.ContainerInstances, instanceKey) is not { } instance) return null;

        var tasks = view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instanceKey).ToList();
        var refused = new List<(TaskRecord Task, string Reason)>();
        await session.SendTasksAsync(
            tasks,
            async task => DefinitionOf(view, task) is { } definition
                ? await WithCredentialsAsync(TaskPayload.Of(task, definition, instance, options), task, definition, session.Credentials, refused, cancellation)
                : null,
            cancellation);
        if (refused.Count > 0) await store.CommitAsync(transaction => Stop(transaction, refused), cancellation);

        await RenewAsync(session, tasks.Where(task => task.IsWanted), cancellation);
        return session.Credentials.UntilDue();
    }

    /// <summary>Stops the tasks that no agent can start, before one hears of them.</summary>
    /// <returns>Whether there was any.</returns>
    internal async Task<bool> StopUnavailableAsync(string instanceKey, CancellationToken cancellation)
    {
        if (Unavailable(store.Current, instanceKey).Count == 0) return false;
        return await store.CommitAsync(transaction => Stop(transaction, Unavailable(transaction, instanceKey)), cancellation);
    }

    /// <summary>
    /// The payload with new credentials of the task's roles. A task that has not begun is nothing without them and is not sent; one that runs goes on with
    /// those it has.
    /// </summary>
    private async Task<AcsTask?> WithCredentialsAsync(
        AcsTask payload, TaskRecord task, TaskDefinition definition, IssuedCredentials issued, List<(TaskRecord Task, string Reason)> refused, CancellationToken cancellation)
    {
        if (!task.IsWanted) return payload;
        foreach (var role in TaskRole.Of(task, definition))
        {
            if (await roles.AssumeAsync(task, role, cancellation) is { } session)
            {
                issued.Sent(task, role, session);
                payload = role.Type == TaskRole.Application ? payload with { RoleCredentials = session.Credentials } : payload with { ExecutionRoleCredentials = session.Credentials };
            }
            else if (HasNotBegun(task))
            {
                refused.Add((task, RoleSessions.Refusal(role.RoleArn)));
                return null;
            }
            else
            {
                issued.Refused(task, role);
            }
        }

        return payload;
    }

    private async Task RenewAsync(AgentSession session, IEnumerable<TaskRecord> wanted, CancellationToken cancellation)
    {
        foreach (var (task, role) in session.Credentials.Due(wanted))
        {
            if (await roles.AssumeAsync(task, role, cancellation) is { } renewed)
            {
                session.Credentials.Sent(task, role, renewed);
                await session.SendCredentialsAsync(task, role, renewed, cancellation);
            }
            else
            {
                session.Credentials.Refused(task, role);
            }
        }
    }

    private bool Stop(Transaction transaction, IReadOnlyList<(TaskRecord Task, string Reason)> impossible)
    {
        var now = time.GetUtcNow();
        var stopped = false;
        foreach (var (task, reason) in impossible)
        {
            if (transaction.Find(EcsTables.Tasks, task.Key) is not { IsWanted: true } current || !HasNotBegun(current)) continue;
            TaskTransitions.Stop(transaction, current, TaskStopCode.TaskFailedToStart, reason, ids, now);
            TellService(transaction, current, reason, now);
            stopped = true;
        }

        return stopped;
    }

    private void TellService(Transaction transaction, TaskRecord task, string reason, DateTimeOffset now)
    {
        if (task.Service is { } name && transaction.Find(EcsTables.Services, ServiceRecord.KeyOf(task.Scope, task.Cluster, name)) is { } service)
            transaction.Put(EcsTables.Services, ServiceEvents.Add(transaction, service, ids, now, ServiceEvents.FailedToLaunch(reason)));
    }

    private static List<(TaskRecord Task, string Reason)> Unavailable(View view, string instanceKey) =>
    [
        .. view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instanceKey)
            .Where(task => task.IsWanted && HasNotBegun(task))
            .Select(task => (Task: task, Reason: DefinitionOf(view, task) is { } definition ? UnavailableResources.ReasonFor(definition) : null))
            .Where(item => item.Reason is not null)
            .Select(item => (item.Task, item.Reason!)),
    ];

    private static bool HasNotBegun(TaskRecord task) => task.LastStatus == TaskStatus.Pending;

    private static TaskDefinition? DefinitionOf(View view, TaskRecord task) =>
        view.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision))?.Definition;
}
