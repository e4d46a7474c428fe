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
    public Task<DiscoverPollEndpointResponse> DiscoverPollEndpointAsync(
        DiscoverPollEndpointRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (
            _hostRights.RequireCluster(context, "ecs:DiscoverPollEndpoint", request.Cluster) is not null
            && AgentDoor.FindInstance(_store.Current, Scope.Of(context), request.ContainerInstance, request.Cluster)
                is { } instance
        )
        {
            _hostRights.RequireInstance(context, "ecs:DiscoverPollEndpoint", instance);
        }

        var root = _options.AgentEndpoint.GetLeftPart(UriPartial.Authority);
        return Task.FromResult(
            new DiscoverPollEndpointResponse
            {
                Endpoint = root + AgentDoor.ControlPath,
                TelemetryEndpoint = root + AgentDoor.TelemetryPath,
            }
        );
    }

    /// <summary>Takes the state that an agent reports. A repeated or late report changes nothing.</summary>
    public async Task<SubmitTaskStateChangeResponse> SubmitTaskStateChangeAsync(
        SubmitTaskStateChangeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        cancellation.ThrowIfCancellationRequested();
        await _reports.CommitAsync(transaction =>
        {
            if (OwnTask(transaction, "ecs:SubmitTaskStateChange", request.Cluster, request.Task, context) is { } task)
                TaskReport.Apply(transaction, task, request, _ids, Now);
        });
        return new SubmitTaskStateChangeResponse { Acknowledgment = "ACK" };
    }

    /// <summary>Takes the state of one container.</summary>
    public async Task<SubmitContainerStateChangeResponse> SubmitContainerStateChangeAsync(
        SubmitContainerStateChangeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        cancellation.ThrowIfCancellationRequested();
        await _reports.CommitAsync(transaction =>
        {
            if (
                request.Task is not null
                && OwnTask(transaction, "ecs:SubmitContainerStateChange", request.Cluster, request.Task, context)
                    is { } task
            )
                ContainerReport.Write(transaction, task, [ChangeOf(request)]);
        });
        return new SubmitContainerStateChangeResponse { Acknowledgment = "ACK" };
    }

    /// <summary>
    /// Takes the state of attachments. Estiba attaches no network interfaces yet, so there is nothing to change.
    /// </summary>
    public Task<SubmitAttachmentStateChangesResponse> SubmitAttachmentStateChangesAsync(
        SubmitAttachmentStateChangesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        _hostRights.RequireCluster(context, "ecs:SubmitAttachmentStateChanges", request.Cluster);
        return Task.FromResult(new SubmitAttachmentStateChangesResponse { Acknowledgment = "ACK" });
    }

    /// <summary>The task of a report, which must be on the host that reports it, where a host's own key does.</summary>
    private TaskRecord? OwnTask(View view, string action, string? cluster, string? named, CallContext context)
    {
        var task = FindTask(view, cluster, named, context);
        if (task is not null)
            _hostRights.RequireTask(view, context, action, task);
        return task;
    }

    private static ContainerStateChange ChangeOf(SubmitContainerStateChangeRequest request) =>
        new()
        {
            ContainerName = request.ContainerName,
            RuntimeId = request.RuntimeId,
            Status = request.Status,
            ExitCode = request.ExitCode,
            Reason = request.Reason,
            NetworkBindings = request.NetworkBindings,
        };

    private static TaskRecord? FindTask(View view, string? cluster, string? task, CallContext context)
    {
        if (string.IsNullOrEmpty(task))
            throw EcsErrors.InvalidParameterException("Task cannot be empty.");
        if (TaskNames.KeyOf(task) is { } key && view.Find(EcsTables.Tasks, key) is { } found)
            return found.Scope == Scope.Of(context) ? found : null;
        return ClusterNames.Find(view, Scope.Of(context), cluster) is { } home
            ? view.Find(EcsTables.Tasks, $"{home.Key}/{task}")
            : null;
    }
}
