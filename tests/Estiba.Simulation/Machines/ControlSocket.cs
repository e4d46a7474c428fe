using Estiba.Agent.Credentials;
using Estiba.Agent.Sessions;
using Estiba.Simulation.Networks;
using Estiba.Simulation.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Simulation.Machines;

/// <summary>The socket on which an agent is told what to run.</summary>
internal sealed class ControlSocket(World world, Machine machine, SimulatedAgent agent)
    : AgentSocket(world, machine, agent)
{
    private AcsSession? _session;

    protected override async Task AcceptAsync(ServerProcess process, Connection socket, string instanceArn)
    {
        var conversation = process.Converse(instanceArn, socket);
        socket.ServerReceives = conversation.ReceiveAsync;
        socket.ServerEnds = conversation.EndAsync;
        await conversation.BeginAsync(CancellationToken.None);
        Beat();

        void Beat() => World.Timeline.After(World.Server.Options.AgentHeartbeat, async () =>
            {
                if (!socket.IsOpenForServer)
                    return;
                await conversation.BeatAsync(CancellationToken.None);
                Beat();
            });
    }

    protected override void Begin() =>
        _session = new AcsSession(
            Agent.Options,
            new AgentIdentity { Cluster = World.Cluster, ContainerInstanceArn = Machine.Disk.InstanceArn ?? "" },
            Agent,
            new TaskCredentials(),
            (frame, _) =>
            {
                Send(frame);
                return Task.CompletedTask;
            },
            static _ => { },
            NullLogger.Instance
        );

    protected override Task<bool> ReceiveAsync(byte[] frame) => _session!.ReceiveAsync(frame, CancellationToken.None);
}
