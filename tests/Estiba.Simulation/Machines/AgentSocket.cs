using Estiba.Agent;
using Estiba.Simulation.Networks;

namespace Estiba.Simulation.Machines;

/// <summary>Keeps one of an agent's sockets open: connects, gives up a silent one, and begins again, later after each failure.</summary>
internal abstract class AgentSocket(World world, Machine machine, SimulatedAgent agent)
{
    private static readonly TimeSpan GoodSession = TimeSpan.FromSeconds(30);

    private readonly Backoff retry = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(15), world.Random);
    private Connection? connection;
    private TimeSpan begun;
    private int heard;

    internal bool IsOpen => connection is not null;

    protected World World => world;

    protected Machine Machine => machine;

    protected SimulatedAgent Agent => agent;

    /// <summary>Opens the socket, and again whenever it ends.</summary>
    internal void Open(string instanceArn)
    {
        begun = world.Timeline.Now;
        world.Network.Connect(machine, (process, socket) => AcceptAsync(process, socket, instanceArn), OnOpen, OnFrameAsync, why => OnEnd(why, instanceArn));
    }

    /// <summary>The agent's life ends.</summary>
    internal void End()
    {
        connection?.CloseAgent();
        connection = null;
    }

    /// <summary>What the server does with the socket.</summary>
    protected abstract Task<bool> AcceptAsync(Servers.ServerProcess process, Connection socket, string instanceArn);

    /// <summary>The socket is open.</summary>
    protected abstract void Begin();

    /// <summary>A frame has come; false when the socket is to be closed.</summary>
    protected abstract Task<bool> ReceiveAsync(byte[] frame);

    protected void Send(byte[] frame) => connection?.SendToServer(frame);

    private void OnOpen(Connection opened)
    {
        if (!agent.IsAlive)
        {
            opened.CloseAgent();
            return;
        }

        connection = opened;
        Listen();
        Begin();
    }

    private async Task OnFrameAsync(byte[] frame)
    {
        if (connection is not { } socket) return;
        Listen();
        if (!await ReceiveAsync(frame)) socket.GiveUp("closed by the agent");
    }

    private void OnEnd(string why, string instanceArn)
    {
        if (!agent.IsAlive) return;
        world.Tell(machine.Name, $"has no {GetType().Name}: {why}");
        connection = null;
        heard++;
        if (world.Timeline.Now - begun >= GoodSession) retry.Reset();
        agent.After(retry.Next(), () => Open(instanceArn));
    }

    /// <summary>Waits for the next frame, but not for ever.</summary>
    private void Listen()
    {
        var own = ++heard;
        var socket = connection;
        agent.After(agent.Options.HeartbeatTimeout * (1 + world.Random.NextDouble()), () =>
        {
            if (own != heard || socket is null) return;
            socket.GiveUp("silent");
        });
    }
}
