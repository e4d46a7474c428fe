using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Tcs;

namespace Estiba.Simulation.Networks;

/// <summary>Says in a few words what is in a frame.</summary>
internal static class Frames
{
    private static readonly HashSet<string> Dull =
    [
        nameof(Contracts.Acs.HeartbeatMessage),
        nameof(HeartbeatAckRequest),
        nameof(AckRequest),
        nameof(PublishInstanceStatusRequest),
        nameof(AckPublishInstanceStatus),
        nameof(AckPublishHealth),
    ];

    /// <summary>
    /// Adds to the history what becomes of a frame, unless it is one of those that come all the time.
    /// </summary>
    internal static void Tell(World world, string who, string what, byte[] frame)
    {
        if (!world.History.IsRead)
            return;
        var (type, message) = AgentFrame.Decode(frame);
        if (!Dull.Contains(type))
            world.History.Write(who, $"{what}: {Describe(world, type, message)}");
    }

    private static string Describe(World world, string type, ReadOnlyMemory<byte> message)
    {
        return type switch
        {
            nameof(PayloadMessage) => "payload of "
                + Tasks(ShapeJson.Parse<PayloadMessage>(message).Tasks?.Select(task => (task.Arn, task.DesiredStatus))),
            nameof(TaskManifestMessage) => "manifest of "
                + Tasks(
                    ShapeJson
                        .Parse<TaskManifestMessage>(message)
                        .Tasks?.Select(task => (task.TaskArn, task.DesiredStatus))
                ),
            nameof(TaskStopVerificationMessage) => "may I stop "
                + Tasks(
                    ShapeJson
                        .Parse<TaskStopVerificationMessage>(message)
                        .StopCandidates?.Select(task => (task.TaskArn, (string?)null))
                ),
            nameof(TaskStopVerificationAck) => "do stop "
                + Tasks(
                    ShapeJson
                        .Parse<TaskStopVerificationAck>(message)
                        .StopTasks?.Select(task => (task.TaskArn, (string?)null))
                ),
            nameof(PublishHealthRequest) => "health "
                + string.Join(", ", (ShapeJson.Parse<PublishHealthRequest>(message).Tasks ?? []).Select(Health)),
            _ => type,
        };

        string Health(TaskHealth task) =>
            $"{world.History.Brief(task.TaskArn)} "
            + string.Join('/', (task.Containers ?? []).Select(container => container.HealthStatus));

        string Tasks(IEnumerable<(string? Arn, string? Status)>? tasks) =>
            string.Join(", ", (tasks ?? []).Select(task => $"{world.History.Brief(task.Arn)} {task.Status}".TrimEnd()))
                is { Length: > 0 } text
                ? text
                : "nothing";
    }
}
