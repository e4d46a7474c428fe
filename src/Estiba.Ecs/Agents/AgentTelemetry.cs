using Estiba.Contracts;
using Estiba.Contracts.Tcs;

namespace Estiba.Ecs.Agents;

/// <summary>The server's side of an agent's telemetry socket: health goes to the tasks; statistics have no room to go to yet and are only acknowledged.</summary>
/// <remarks>
/// In front of each message an agent puts headers with a signature, as if it were a request of its own for the socket's address. They are let pass unread: who speaks was
/// proven when the socket was opened, a revoked key closes it (<see cref="AgentDoor"/>), and who could change frames on the way could leave out whole ones too; TLS is against that.
/// </remarks>
/// <param name="link">The way to the agent.</param>
/// <param name="health">Writes down what is reported.</param>
internal sealed class AgentTelemetry(IAgentLink link, TaskHealth health)
{
    /// <summary>Takes a frame from the agent.</summary>
    /// <exception cref="AwsException"><c>SerializationException</c>: it is no message.</exception>
    internal async Task ReceiveAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        var (type, message) = AgentFrame.Decode(frame);
        switch (type)
        {
            case nameof(PublishMetricsRequest):
                await link.SendAsync(AgentFrame.Encode(new AckPublishMetric { Message = "OK" }), cancellation);
                break;
            case nameof(PublishHealthRequest):
                await health.ApplyAsync(ShapeJson.Parse<PublishHealthRequest>(message), cancellation);
                await link.SendAsync(AgentFrame.Encode(new AckPublishHealth { Message = "OK" }), cancellation);
                break;
            case nameof(PublishInstanceStatusRequest):
                await link.SendAsync(AgentFrame.Encode(new AckPublishInstanceStatus { Message = "OK" }), cancellation);
                break;
        }
    }
}
