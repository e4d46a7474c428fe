using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Estiba.Hosting.Controllers;
using Estiba.State;
using AcsTask = Estiba.Contracts.Acs.AcsTask;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Agents;

/// <summary>
/// Sends each connected agent what its container instance should run, and renews the credentials of its tasks' roles;
/// by instance.
/// </summary>
internal sealed class PayloadReconciler(
    Store store,
    AgentSessions sessions,
    RoleSessions roles,
    EcsIds ids,
    EcsOptions options,
    TimeProvider time
) : IReconciler<string>
{
    private readonly PayloadTemplates _templates = new(options);

    public async Task<TimeSpan?> ReconcileAsync(string instanceKey, CancellationToken cancellation)
    {
        if (sessions.Find(instanceKey) is not { } session)
            return null;
        var view = store.Current;
        if (view.Find(EcsTables.ContainerInstances, instanceKey) is not { } instance)
            return null;

        var agent = AgentTraits.Of(instance);
        var refused = new List<(TaskRecord Task, string Reason)>();
        if (instance.HasServiceConnect)
            await session.SendNamespacesAsync(view, cancellation);
        await session.SendTasksAsync(
            view,
            task => PayloadAsync(view, task, agent, session.Credentials, refused, cancellation),
            cancellation
        );
        if (refused.Count > 0)
            await store.CommitAsync(transaction => Stop(transaction, refused), cancellation);

        await RenewAsync(session, view, cancellation);
        return session.Credentials.UntilDue();
    }

    /// <summary>
    /// What the agent is sent of a task; null for nothing. A task that no agent can start is refused before one gets
    /// it.
    /// </summary>
    private ValueTask<AcsTask?> PayloadAsync(
        View view,
        TaskRecord task,
        AgentTraits agent,
        IssuedCredentials issued,
        List<(TaskRecord Task, string Reason)> refused,
        CancellationToken cancellation
    )
    {
        if (
            view.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision))
            is not { Definition: var definition }
        )
            return ValueTask.FromResult<AcsTask?>(null);
        if (task.IsWanted && HasNotBegun(task) && UnavailableResources.ReasonFor(definition) is { } reason)
        {
            refused.Add((task, reason));
            return ValueTask.FromResult<AcsTask?>(null);
        }

        var needed = TaskRole.Of(task, definition);
        var payload = ServiceConnectPayload.WithNames(view, task, _templates.Payload(task, definition, needed, agent));
        return needed.Count == 0 || !task.MayHaveContainers
            ? ValueTask.FromResult<AcsTask?>(payload)
            : WithCredentialsAsync(payload, task, needed, issued, refused, cancellation);
    }

    /// <summary>
    /// The payload with new credentials of the task's roles. A task that has not begun is nothing without them and is
    /// not sent; one that runs goes on with those it has.
    /// </summary>
    private async ValueTask<AcsTask?> WithCredentialsAsync(
        AcsTask payload,
        TaskRecord task,
        IReadOnlyList<TaskRole> needed,
        IssuedCredentials issued,
        List<(TaskRecord Task, string Reason)> refused,
        CancellationToken cancellation
    )
    {
        foreach (var role in needed)
        {
            if (await roles.AssumeAsync(task, role, cancellation) is { } session)
            {
                issued.Sent(task, role, session);
                payload =
                    role.Type == TaskRole.Application
                        ? payload with
                        {
                            RoleCredentials = session.Credentials,
                        }
                        : payload with
                        {
                            ExecutionRoleCredentials = session.Credentials,
                        };
            }
            else if (task.IsWanted && HasNotBegun(task))
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

    private async Task RenewAsync(AgentSession session, View view, CancellationToken cancellation)
    {
        foreach (var (task, role) in session.Credentials.Due(view))
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

    private void Stop(Transaction transaction, IReadOnlyList<(TaskRecord Task, string Reason)> refused)
    {
        var now = time.GetUtcNow();
        foreach (var (task, reason) in refused)
        {
            if (transaction.Find(EcsTables.Tasks, task.Key) is not { IsWanted: true } current || !HasNotBegun(current))
                continue;
            TaskOutcomes.Stop(transaction, current, TaskStopCode.TaskFailedToStart, reason, ids, now);
            AddEvent(transaction, current, reason, now);
        }
    }

    private void AddEvent(Transaction transaction, TaskRecord task, string reason, DateTimeOffset now)
    {
        if (
            task.Service is { } name
            && transaction.Find(EcsTables.Services, ServiceRecord.KeyOf(task.Scope, task.Cluster, name)) is { } service
        )
            ServiceEvents.Add(transaction, service, ids, now, ServiceEvents.FailedToLaunch(reason));
    }

    private static bool HasNotBegun(TaskRecord task) => task.LastStatus == TaskStatus.Pending;
}
