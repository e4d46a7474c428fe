using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.Tasks;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs;

/// <content>What agents call: where to connect, and what has become of their tasks.</content>
public sealed partial class EcsApi
{
    /// <inheritdoc />
    public Task<DiscoverPollEndpointResponse> DiscoverPollEndpointAsync(DiscoverPollEndpointRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var root = _options.AgentEndpoint.GetLeftPart(UriPartial.Authority);
        return Task.FromResult(new DiscoverPollEndpointResponse { Endpoint = root + AgentDoor.ControlPath, TelemetryEndpoint = root + AgentDoor.TelemetryPath });
    }

    /// <summary>Takes the state that an agent reports. A repeated or late report changes nothing.</summary>
    public Task<SubmitTaskStateChangeResponse> SubmitTaskStateChangeAsync(SubmitTaskStateChangeRequest request, CallContext context, CancellationToken cancellation = default) =>
        _store.CommitAsync(
            transaction =>
            {
                if (FindTask(transaction, request.Cluster, request.Task, context) is { IsStopped: false } task) TaskReport.Apply(transaction, task, request, _ids, Now);
                return new SubmitTaskStateChangeResponse { Acknowledgment = "ACK" };
            },
            cancellation);

    /// <summary>Takes the state of one container.</summary>
    public Task<SubmitContainerStateChangeResponse> SubmitContainerStateChangeAsync(SubmitContainerStateChangeRequest request, CallContext context, CancellationToken cancellation = default) =>
        _store.CommitAsync(
            transaction =>
            {
                var change = new ContainerStateChange { ContainerName = request.ContainerName, RuntimeId = request.RuntimeId, Status = request.Status, ExitCode = request.ExitCode, Reason = request.Reason, NetworkBindings = request.NetworkBindings };
                if (request.Task is not null && FindTask(transaction, request.Cluster, request.Task, context) is { IsStopped: false } task)
                    transaction.Put(EcsTables.Tasks, TaskReport.WithContainers(task, [change]) with { Version = task.Version + 1 });
                return new SubmitContainerStateChangeResponse { Acknowledgment = "ACK" };
            },
            cancellation);

    /// <summary>Takes the state of attachments. Estiba attaches no network interfaces yet, so there is nothing to change.</summary>
    public Task<SubmitAttachmentStateChangesResponse> SubmitAttachmentStateChangesAsync(SubmitAttachmentStateChangesRequest request, CallContext context, CancellationToken cancellation = default) =>
        Task.FromResult(new SubmitAttachmentStateChangesResponse { Acknowledgment = "ACK" });

    private static TaskRecord? FindTask(View view, string? cluster, string? task, CallContext context)
    {
        if (string.IsNullOrEmpty(task)) throw EcsErrors.InvalidParameterException("Task cannot be empty.");
        if (TaskNames.KeyOf(task) is { } key && view.Find(EcsTables.Tasks, key) is { } found) return found.Scope == Scope.Of(context) ? found : null;
        return ClusterNames.Find(view, Scope.Of(context), cluster) is { } home ? view.Find(EcsTables.Tasks, $"{home.Key}/{task}") : null;
    }
}
