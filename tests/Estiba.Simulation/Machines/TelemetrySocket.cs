using Estiba.Agent.Telemetry;
using Estiba.Contracts;
using Estiba.Contracts.Tcs;
using Estiba.Simulation.Networks;
using Estiba.Simulation.Servers;

namespace Estiba.Simulation.Machines;

/// <summary>The socket on which an agent says how healthy its containers are.</summary>
internal sealed class TelemetrySocket(World world, Machine machine, SimulatedAgent agent)
    : AgentSocket(world, machine, agent)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private int _publications;

    /// <summary>Says so soon: something has changed.</summary>
    internal void TellHealth() => PublishAfter(Pause);

    protected override Task AcceptAsync(ServerProcess process, Connection socket, string instanceArn)
    {
        socket.ServerReceives = process.Listen(instanceArn, socket).ReceiveAsync;
        return Task.CompletedTask;
    }

    protected override void Begin() => PublishAfter(TimeSpan.Zero);

    protected override Task<bool> ReceiveAsync(byte[] frame) => Task.FromResult(true);

    private void PublishAfter(TimeSpan delay)
    {
        var own = ++_publications;
        Agent.After(delay, () =>
        {
            if (own != _publications || !IsOpen)
                return;
            Publish();
            PublishAfter(Agent.Options.TelemetryInterval);
        });
    }

    private void Publish()
    {
        var metadata = new HealthMetadata
        {
            Cluster = World.Cluster,
            ContainerInstance = Machine.Disk.InstanceArn,
            MessageId = "health",
            Fin = true,
        };
        var tasks = HealthReport.Of(Agent.Board.Tasks);
        Send(
            tasks.Count > 0
                ? AgentFrame.Encode(
                    new PublishHealthRequest
                    {
                        Metadata = metadata,
                        Tasks = tasks,
                        Timestamp = Machine.Clock.GetUtcNow(),
                    }
                )
                : AgentFrame.Encode(new PublishInstanceStatusRequest { Timestamp = Machine.Clock.GetUtcNow() })
        );
    }
}
