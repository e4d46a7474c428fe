using Estiba.Contracts;
using Estiba.Ecs.Agents;
using Estiba.Simulation.Machines;
using Estiba.Simulation.Servers;
using Estiba.State;

namespace Estiba.Simulation.Networks;

/// <summary>
/// One socket between an agent and a process of the server. Each side has an end of its own, which may outlive the
/// other's.
/// </summary>
internal sealed class Connection(
    World world,
    Machine machine,
    ServerProcess process,
    Func<byte[], Task> onFrame,
    Action<string> onEnd
) : IAgentLink
{
    private bool _isOpenForAgent = true;
    private bool _isOpenForServer = true;
    private TimeSpan _lastToAgent;
    private TimeSpan _lastToServer;

    internal Machine Machine => machine;

    internal ServerProcess Process => process;

    /// <summary>What the server does with a frame.</summary>
    internal Func<ReadOnlyMemory<byte>, CancellationToken, Task> ServerReceives { get; set; } =
        static (_, _) => Task.CompletedTask;

    /// <summary>What the server does when its end has closed.</summary>
    internal Func<Task> ServerEnds { get; set; } = static () => Task.CompletedTask;

    /// <summary>Whether the server still holds its end.</summary>
    internal bool IsOpenForServer => _isOpenForServer && process.IsAlive;

    /// <summary>Tells the agent that it is open, before any frame.</summary>
    internal void Open(Action<Connection> onOpen)
    {
        var wait = world.Network.Latency;
        _lastToAgent = world.Timeline.Now + wait;
        world.Timeline.After(wait, () => onOpen(this));
    }

    /// <inheritdoc/>
    public Task<bool> SendAsync(byte[] frame, CancellationToken cancellation)
    {
        if (!IsOpenForServer)
            return Task.FromResult(false);
        Frames.Tell(world, "server", $"→ {machine.Name}", frame);
        Carry(frame, ref _lastToAgent, () => _isOpenForAgent ? onFrame(frame) : Task.CompletedTask);
        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public void Close() => CloseServer("closed by the server");

    /// <summary>The agent sends a frame.</summary>
    internal void SendToServer(byte[] frame)
    {
        if (!_isOpenForAgent)
            return;
        Frames.Tell(world, machine.Name, "→ server", frame);
        Carry(frame, ref _lastToServer, () => IsOpenForServer ? ReceiveAsync(frame) : Task.CompletedTask);
    }

    /// <summary>The agent closes its end, or its end of life does; a cut network keeps that from the server.</summary>
    internal void CloseAgent()
    {
        if (!_isOpenForAgent)
            return;
        _isOpenForAgent = false;
        world.Timeline.After(world.Network.Latency, () =>
        {
            if (!machine.IsCutOff)
                CloseServer("");
        });
        ForgetWhenClosed();
    }

    /// <summary>The agent closes its end by itself, and begins again.</summary>
    internal void GiveUp(string why)
    {
        if (!_isOpenForAgent)
            return;
        CloseAgent();
        onEnd(why);
    }

    /// <summary>The connection breaks, and both sides know.</summary>
    internal void Break()
    {
        CloseServer("broken");
        EndAgent("broken");
    }

    /// <summary>The server's process has ended; its operating system says so to the other side.</summary>
    internal void ServerIsGone()
    {
        _isOpenForServer = false;
        TellAgent("reset");
        ForgetWhenClosed();
    }

    private void CloseServer(string why)
    {
        if (!_isOpenForServer)
            return;
        _isOpenForServer = false;
        if (process.IsAlive)
            world.Timeline.After(TimeSpan.Zero, EndServerAsync);
        if (why.Length > 0)
            TellAgent(why);
        ForgetWhenClosed();
    }

    private void TellAgent(string why) => world.Timeline.After(world.Network.Latency, () =>
        {
            if (!machine.IsCutOff)
                EndAgent(why);
        });

    private void EndAgent(string why)
    {
        if (!_isOpenForAgent)
            return;
        _isOpenForAgent = false;
        onEnd(why);
        ForgetWhenClosed();
    }

    // As the platform's door: whatever goes wrong with a frame ends the connection.
    private async Task ReceiveAsync(byte[] frame)
    {
        try
        {
            await ServerReceives(frame, CancellationToken.None);
        }
        catch (Exception exception) when (exception is AwsException or JournalException)
        {
            CloseServer(exception.Message);
        }
    }

    private async Task EndServerAsync()
    {
        if (!process.IsAlive)
            return;
        try
        {
            await ServerEnds();
        }
        catch (JournalException exception)
        {
            world.Tell("server", $"cannot note the end of a connection: {exception.Message}");
        }
    }

    private void Carry(byte[] frame, ref TimeSpan last, Func<Task> deliver)
    {
        if (world.Network.IsLost(machine))
        {
            Frames.Tell(world, "network", "loses", frame);
            return;
        }

        foreach (var (wait, inTurn) in world.Network.Arrivals(last))
        {
            if (inTurn)
                last = world.Timeline.Now + wait;
            world.Timeline.After(wait, () => machine.IsCutOff ? Task.CompletedTask : deliver());
        }
    }

    private void ForgetWhenClosed()
    {
        if (!_isOpenForAgent && !_isOpenForServer)
            world.Network.Forget(this);
    }
}
