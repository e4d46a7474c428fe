using Estiba.Agent.Credentials;
using Estiba.Agent.Tasks;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Sessions;

/// <summary>The socket on which the server tells the agent what to run: one connection, from its opening to its end.</summary>
internal sealed class AcsSession(
    AgentOptions options, AgentIdentity identity, TaskReconciler tasks, TaskCredentials credentials, Action<long> sequenceNumberSeen, Random random, ILogger logger)
{
    private long newestManifest;

    /// <summary>Works off what the server sends, in order, until the connection ends.</summary>
    public async Task RunAsync(ServerSocket socket, CancellationToken cancellation)
    {
        while (true)
        {
            var silence = options.HeartbeatTimeout * (1 + random.NextDouble());
            if (await socket.ReceiveAsync(silence, cancellation) is not { } frame) return;

            var (type, message) = AgentFrame.Decode(frame);
            switch (type)
            {
                case nameof(PayloadMessage):
                    await TakeAsync(socket, ShapeJson.Parse<PayloadMessage>(message), cancellation);
                    break;
                case nameof(HeartbeatMessage):
                    await socket.SendAsync(new HeartbeatAckRequest { MessageId = ShapeJson.Parse<HeartbeatMessage>(message).MessageId }, cancellation);
                    break;
                case nameof(TaskManifestMessage):
                    await CompareAsync(socket, ShapeJson.Parse<TaskManifestMessage>(message), cancellation);
                    break;
                case nameof(TaskStopVerificationAck):
                    var toStop = Arns(ShapeJson.Parse<TaskStopVerificationAck>(message).StopTasks);
                    tasks.StopTasks(toStop);
                    tasks.StopUnknown(toStop);
                    break;
                case nameof(IAMRoleCredentialsMessage):
                    await TakeAsync(socket, ShapeJson.Parse<IAMRoleCredentialsMessage>(message), cancellation);
                    break;
                case nameof(CloseMessage):
                    logger.LogInformation("The server closes the session: {Message}", ShapeJson.Parse<CloseMessage>(message).Message);
                    return;
                case nameof(ErrorMessage):
                    logger.LogWarning("The server reports an error: {Message}", ShapeJson.Parse<ErrorMessage>(message).Message);
                    break;
                default:
                    logger.LogDebug("A message of type {Type} is left out", type);
                    break;
            }
        }
    }

    private async Task TakeAsync(ServerSocket socket, PayloadMessage payload, CancellationToken cancellation)
    {
        // Credentials first: a container may ask for them as soon as it runs.
        var carried = (payload.Tasks ?? []).SelectMany(credentials.Take).ToList();
        try
        {
            await tasks.AcceptAsync(payload.Tasks ?? [], cancellation);
        }
        catch (IOException exception)
        {
            // A full disk, most likely. What is not acknowledged the server sends again.
            logger.LogError("Payload {Message} cannot be journalled: {Reason}", payload.MessageId, exception.Message);
            await socket.SendAsync(
                new NackRequest { Cluster = options.Cluster, ContainerInstance = identity.ContainerInstanceArn, MessageId = payload.MessageId, Reason = exception.Message }, cancellation);
            return;
        }

        if (payload.SeqNum is { } number) sequenceNumberSeen(number);
        await AcknowledgeAsync(socket, payload.MessageId, cancellation);
        foreach (var each in carried) await AcknowledgeAsync(socket, payload.MessageId, each, cancellation);
    }

    /// <summary>New credentials for a task that runs; those for any other are of no use and stay unanswered, as with AWS's agent.</summary>
    private async Task TakeAsync(ServerSocket socket, IAMRoleCredentialsMessage message, CancellationToken cancellation)
    {
        if (message is not { TaskArn: { } task, RoleCredentials: { CredentialsId: not null } renewed } || !tasks.Runs(task))
        {
            logger.LogWarning("Credentials for task {Task}, which does not run here, are left out", message.TaskArn);
            return;
        }

        credentials.Take(task, renewed);
        await AcknowledgeAsync(socket, message.MessageId, renewed, cancellation);
    }

    /// <summary>What runs here without being in the server's list is offered for stopping; the server has the last word.</summary>
    private async Task CompareAsync(ServerSocket socket, TaskManifestMessage manifest, CancellationToken cancellation)
    {
        await AcknowledgeAsync(socket, manifest.MessageId, cancellation);
        if (manifest.Timeline is { } timeline)
        {
            if (timeline < newestManifest) return;
            newestManifest = timeline;
        }

        var wanted = (manifest.Tasks ?? []).Where(task => task.DesiredStatus != TaskStatuses.Stopped).Select(task => task.TaskArn ?? "").ToHashSet(StringComparer.Ordinal);
        var candidates = tasks.Tasks.Where(task => !task.StopWanted).Select(task => task.Arn)
            .Concat(await tasks.UnknownTasksAsync())
            .Where(arn => !wanted.Contains(arn))
            .Distinct(StringComparer.Ordinal)
            .Select(arn => new TaskIdentifier { TaskArn = arn, TaskClusterArn = manifest.ClusterArn, DesiredStatus = TaskStatuses.Stopped })
            .ToList();
        if (candidates.Count > 0) await socket.SendAsync(new TaskStopVerificationMessage { MessageId = manifest.MessageId, StopCandidates = candidates }, cancellation);
    }

    private Task AcknowledgeAsync(ServerSocket socket, string? messageId, CancellationToken cancellation) =>
        socket.SendAsync(new AckRequest { Cluster = options.Cluster, ContainerInstance = identity.ContainerInstanceArn, MessageId = messageId }, cancellation);

    private static Task AcknowledgeAsync(ServerSocket socket, string? messageId, IAMRoleCredentials taken, CancellationToken cancellation) =>
        socket.SendAsync(new IAMRoleCredentialsAckRequest { MessageId = messageId, CredentialsId = taken.CredentialsId, Expiration = taken.Expiration }, cancellation);

    private static List<string> Arns(IReadOnlyList<TaskIdentifier>? tasks) => [.. (tasks ?? []).Select(task => task.TaskArn ?? "")];
}
