using Estiba.Agent;
using Estiba.Simulation.Networks;

namespace Estiba.Simulation.Machines;

/// <summary>
/// Keeps one of an agent's sockets open: connects, gives up a silent one, and begins again, later after each failure.
/// </summary>
internal abstract class AgentSocket(World world, Machine machine, SimulatedAgent agent)
{
    private static readonly TimeSpan GoodSession = TimeSpan.FromSeconds(30);

    private readonly Backoff _retry = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(15), world.Random);
    private Connection? _connection;
    private TimeSpan _begun;
    private int _heard;
    private int _life;

    internal bool IsOpen => _connection is not null;

    protected World World => world;

    protected Machine Machine => machine;

    protected SimulatedAgent Agent => agent;

    /// <summary>Opens the socket, and again whenever it ends.</summary>
    internal void Open(string instanceArn)
    {
        var own = _life;
        _begun = world.Timeline.Now;
        world.Network.Connect(
            machine,
            instanceArn,
            (process, socket) => AcceptAsync(process, socket, instanceArn),
            socket => OnOpen(socket, own),
            OnFrameAsync,
            why => OnEnd(why, instanceArn, own)
        );
    }

    /// <summary>
    /// Closes it, and does not open it again: the agent's life ends, or it is another container instance from now on.
    /// </summary>
    internal void End()
    {
        _life++;
        _connection?.CloseAgent();
        _connection = null;
    }

    /// <summary>What the server does with the socket.</summary>
    protected abstract Task AcceptAsync(Servers.ServerProcess process, Connection socket, string instanceArn);

    /// <summary>The socket is open.</summary>
    protected abstract void Begin();

    /// <summary>A frame has come; false when the socket is to be closed.</summary>
    protected abstract Task<bool> ReceiveAsync(byte[] frame);

    protected void Send(byte[] frame) => _connection?.SendToServer(frame);

    private void OnOpen(Connection opened, int own)
    {
        if (own != _life)
        {
            opened.CloseAgent();
            return;
        }

        _connection = opened;
        Listen();
        Begin();
    }

    private async Task OnFrameAsync(byte[] frame)
    {
        if (_connection is not { } socket)
            return;
        Listen();
        if (!await ReceiveAsync(frame))
            socket.GiveUp("closed by the agent");
    }

    private void OnEnd(string why, string instanceArn, int own)
    {
        if (own != _life)
            return;
        world.Tell(machine.Name, $"has no {GetType().Name}: {why}");
        _connection = null;
        _heard++;
        if (why == Network.Refused)
        {
            agent.RegisterAnew();
            return;
        }

        if (world.Timeline.Now - _begun >= GoodSession)
            _retry.Reset();
        agent.After(_retry.Next(), () =>
        {
            if (own == _life)
                Open(instanceArn);
        });
    }

    /// <summary>Waits for the next frame, but not for ever.</summary>
    private void Listen()
    {
        var own = ++_heard;
        var socket = _connection;
        agent.After(agent.Options.HeartbeatTimeout * (1 + world.Random.NextDouble()), () =>
        {
            if (own != _heard || socket is null)
                return;
            socket.GiveUp("silent");
        });
    }
}
