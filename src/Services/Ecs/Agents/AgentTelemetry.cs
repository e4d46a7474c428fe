using Estiba.Contracts;
using Estiba.Contracts.Tcs;
using Estiba.Ecs.Metrics;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>
/// The server's side of an agent's telemetry socket: health goes to the tasks and to the container instance,
/// statistics to what becomes metrics.
/// </summary>
/// <remarks>
/// In front of each message an agent puts headers with a signature, as if it were a request of its own for the socket's
/// address. They are let pass unread: who speaks was proven when the socket was opened, a revoked key closes it
/// (<see cref="AgentDoor"/>), and who could change frames on the way could leave out whole ones too; TLS is against
/// that.
/// </remarks>
/// <param name="instanceKey">The key of the agent's container instance, whatever its messages call it.</param>
/// <param name="link">The way to the agent.</param>
/// <param name="health">Writes down what is reported of tasks.</param>
/// <param name="instanceHealth">Writes down what is reported of the host.</param>
/// <param name="usage">Takes what tasks use.</param>
/// <param name="store">The state.</param>
internal sealed class AgentTelemetry(
    string instanceKey,
    IAgentLink link,
    TaskHealth health,
    InstanceHealth instanceHealth,
    UsageReports usage,
    Store store
)
{
    /// <summary>Takes a frame from the agent.</summary>
    /// <exception cref="AwsException"><c>SerializationException</c>: it is no message.</exception>
    internal async Task ReceiveAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        var (type, message) = AgentFrame.Decode(frame);
        switch (type)
        {
            case nameof(PublishMetricsRequest):
                usage.Add(store.Current, instanceKey, ShapeJson.Parse<PublishMetricsRequest>(message));
                await link.SendAsync(AgentFrame.Encode(new AckPublishMetric { Message = "OK" }), cancellation);
                break;
            case nameof(PublishHealthRequest):
                await health.ApplyAsync(instanceKey, ShapeJson.Parse<PublishHealthRequest>(message), cancellation);
                await link.SendAsync(AgentFrame.Encode(new AckPublishHealth { Message = "OK" }), cancellation);
                break;
            case nameof(PublishInstanceStatusRequest):
                await instanceHealth.ApplyAsync(
                    instanceKey,
                    ShapeJson.Parse<PublishInstanceStatusRequest>(message),
                    cancellation
                );
                await link.SendAsync(AgentFrame.Encode(new AckPublishInstanceStatus { Message = "OK" }), cancellation);
                break;
        }
    }
}
