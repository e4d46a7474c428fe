using Estiba.Agent.Credentials;
using Estiba.Agent.Tasks;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Sessions;

/// <summary>
/// What the agent makes of what the server sends it on the control socket: one connection, from its opening to its end.
/// </summary>
/// <param name="options">Which cluster it is in, and how long the server may be silent.</param>
/// <param name="identity">Who it is.</param>
/// <param name="tasks">What the messages are about.</param>
/// <param name="credentials">Where the credentials of tasks' roles are kept.</param>
/// <param name="send">Sends a frame to the server.</param>
/// <param name="sequenceNumberSeen">Told of the number of every payload that was accepted.</param>
/// <param name="logger">Told of what an operator should know.</param>
/// <param name="namespaces">Told of what the namespaces of its tasks are; null where it has no proxy for them.</param>
internal sealed partial class AcsSession(
    AgentOptions options,
    AgentIdentity identity,
    IAssignedTasks tasks,
    TaskCredentials credentials,
    Func<byte[], CancellationToken, Task> send,
    Action<long> sequenceNumberSeen,
    ILogger logger,
    Action<ServiceConnectMessage>? namespaces = null
)
{
    private long _newestManifest;
    private long _newestPayload;

    /// <summary>Works off what the server sends, in order, until the connection ends.</summary>
    public async Task RunAsync(ServerSocket socket, Random random, CancellationToken cancellation)
    {
        while (
            await socket.ReceiveAsync(options.HeartbeatTimeout * (1 + random.NextDouble()), cancellation) is { } frame
        )
            if (!await ReceiveAsync(frame, cancellation))
                return;
    }

    /// <summary>Takes a frame from the server.</summary>
    /// <returns>False when the server closes the connection.</returns>
    public async Task<bool> ReceiveAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        var (type, message) = AgentFrame.Decode(frame);
        switch (type)
        {
            case nameof(PayloadMessage):
                await TakeAsync(ShapeJson.Parse<PayloadMessage>(message), cancellation);
                break;
            case nameof(HeartbeatMessage):
                await SendAsync(
                    new HeartbeatAckRequest { MessageId = ShapeJson.Parse<HeartbeatMessage>(message).MessageId },
                    cancellation
                );
                break;
            case nameof(TaskManifestMessage):
                await CompareAsync(ShapeJson.Parse<TaskManifestMessage>(message), cancellation);
                break;
            case nameof(TaskStopVerificationAck):
                var toStop = Arns(ShapeJson.Parse<TaskStopVerificationAck>(message).StopTasks);
                tasks.StopTasks(toStop);
                tasks.StopUnknown(toStop);
                break;
            case nameof(IAMRoleCredentialsMessage):
                await TakeAsync(ShapeJson.Parse<IAMRoleCredentialsMessage>(message), cancellation);
                break;
            case nameof(ServiceConnectMessage):
                namespaces?.Invoke(ShapeJson.Parse<ServiceConnectMessage>(message));
                break;
            case nameof(CloseMessage):
                Log.Closing(logger, ShapeJson.Parse<CloseMessage>(message).Message);
                return false;
            case nameof(ErrorMessage):
                Log.ServerError(logger, ShapeJson.Parse<ErrorMessage>(message).Message);
                break;
            default:
                Log.LeftOut(logger, type);
                break;
        }

        return true;
    }

    private async Task TakeAsync(PayloadMessage payload, CancellationToken cancellation)
    {
        // One that a newer has overtaken, or that comes again, may be about tasks that are long forgotten. If it was
        // not, the server sends it anew.
        if (payload.SeqNum <= _newestPayload)
            return;

        // Credentials first: a container may ask for them as soon as it runs.
        var carried = (payload.Tasks ?? []).SelectMany(credentials.Take).ToList();
        try
        {
            await tasks.AcceptAsync(payload.Tasks ?? [], cancellation);
        }
        catch (IOException exception)
        {
            // A full disk, most likely. What is not acknowledged the server sends again.
            Log.NotJournalled(logger, payload.MessageId, exception.Message);
            await SendAsync(
                new NackRequest
                {
                    Cluster = options.Cluster,
                    ContainerInstance = identity.ContainerInstanceArn,
                    MessageId = payload.MessageId,
                    Reason = exception.Message,
                },
                cancellation
            );
            return;
        }

        if (payload.SeqNum is { } number)
        {
            _newestPayload = number;
            sequenceNumberSeen(number);
        }

        await AcknowledgeAsync(payload.MessageId, cancellation);
        foreach (var each in carried)
            await AcknowledgeAsync(payload.MessageId, each, cancellation);
    }

    /// <summary>
    /// New credentials for a task that runs; those for any other are of no use and stay unanswered, as with AWS's
    /// agent.
    /// </summary>
    private async Task TakeAsync(IAMRoleCredentialsMessage message, CancellationToken cancellation)
    {
        if (
            message.RoleCredentials is not { CredentialsId: not null } renewed
            || !tasks.Tasks.Any(task => task.Arn == message.TaskArn && !task.IsStopped)
        )
        {
            Log.CredentialsLeftOut(logger, message.TaskArn);
            return;
        }

        credentials.Take(message.TaskArn!, renewed);
        await AcknowledgeAsync(message.MessageId, renewed, cancellation);
    }

    /// <summary>
    /// What runs here without being in the server's list is offered for stopping; the server has the last word.
    /// </summary>
    private async Task CompareAsync(TaskManifestMessage manifest, CancellationToken cancellation)
    {
        await AcknowledgeAsync(manifest.MessageId, cancellation);
        if (manifest.Timeline is { } timeline)
        {
            if (timeline < _newestManifest)
                return;
            _newestManifest = timeline;
        }

        var wanted = (manifest.Tasks ?? [])
            .Where(task => task.DesiredStatus != TaskStatuses.Stopped)
            .Select(task => task.TaskArn ?? "")
            .ToHashSet(StringComparer.Ordinal);
        var candidates = tasks
            .Tasks.Where(task => !task.StopWanted)
            .Select(task => task.Arn)
            .Concat(await tasks.UnknownTasksAsync())
            .Where(arn => !wanted.Contains(arn))
            .Distinct(StringComparer.Ordinal)
            .Select(arn => new TaskIdentifier
            {
                TaskArn = arn,
                TaskClusterArn = manifest.ClusterArn,
                DesiredStatus = TaskStatuses.Stopped,
            })
            .ToList();
        if (candidates.Count > 0)
            await SendAsync(
                new TaskStopVerificationMessage { MessageId = manifest.MessageId, StopCandidates = candidates },
                cancellation
            );
    }

    private Task AcknowledgeAsync(string? messageId, CancellationToken cancellation) =>
        SendAsync(
            new AckRequest
            {
                Cluster = options.Cluster,
                ContainerInstance = identity.ContainerInstanceArn,
                MessageId = messageId,
            },
            cancellation
        );

    private Task AcknowledgeAsync(string? messageId, IAMRoleCredentials taken, CancellationToken cancellation) =>
        SendAsync(
            new IAMRoleCredentialsAckRequest
            {
                MessageId = messageId,
                CredentialsId = taken.CredentialsId,
                Expiration = taken.Expiration,
            },
            cancellation
        );

    private Task SendAsync<T>(T message, CancellationToken cancellation)
        where T : IShape<T> => send(AgentFrame.Encode(message), cancellation);

    private static List<string> Arns(IReadOnlyList<TaskIdentifier>? tasks) =>
        [.. (tasks ?? []).Select(task => task.TaskArn ?? "")];

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The server closes the session: {Message}")]
        internal static partial void Closing(ILogger logger, string? message);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The server reports an error: {Message}")]
        internal static partial void ServerError(ILogger logger, string? message);

        [LoggerMessage(Level = LogLevel.Debug, Message = "A message of type {Type} is left out")]
        internal static partial void LeftOut(ILogger logger, string type);

        [LoggerMessage(Level = LogLevel.Error, Message = "Payload {Message} cannot be journalled: {Reason}")]
        internal static partial void NotJournalled(ILogger logger, string? message, string reason);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Credentials for task {Task}, which does not run here, are left out"
        )]
        internal static partial void CredentialsLeftOut(ILogger logger, string? task);
    }
}
