using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Simulation.Machines;
using Estiba.Simulation.Servers;
using Estiba.State;

namespace Estiba.Simulation.Networks;

/// <summary>Carries agents' calls and sockets to the server, in any weather.</summary>
internal sealed class Network(World world)
{
    private static readonly TimeSpan LongestLatency = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LongestEcho = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Why a socket has ended that the server did not take: it does not know the container instance.</summary>
    internal const string Refused = "not registered";

    private readonly List<Connection> _connections = [];

    internal NetworkWeather Weather { get; set; } = NetworkWeather.Fair;

    /// <summary>How long a message takes now.</summary>
    internal TimeSpan Latency => LongestLatency * world.Random.NextDouble();

    /// <summary>
    /// Calls an operation from a machine; exactly one of the two ends follows, if the caller lives to see it.
    /// </summary>
    internal void Call<T>(
        Machine machine,
        Func<IEcsApi, CallContext, Task<T>> call,
        Action<T> onAnswer,
        Action<Exception> onFailure
    )
    {
        if (Happens(Weather.Repetition))
            world.Timeline.After(LongestEcho * world.Random.NextDouble(), () => EchoAsync(machine, call));
        world.Timeline.After(Delayed(Latency), async () =>
        {
            if (IsLost(machine))
            {
                world.Timeline.After(CallTimeout, () => onFailure(new UnansweredException("no answer")));
                return;
            }

            try
            {
                var answer = await world.Server.CallAsync(call);
                if (IsLost(machine))
                    world.Timeline.After(CallTimeout, () => onFailure(new UnansweredException("the answer was lost")));
                else
                    world.Timeline.After(Latency, () => onAnswer(answer));
            }
            catch (Exception exception) when (exception is AwsException or UnansweredException)
            {
                world.Timeline.After(Latency, () => onFailure(exception));
            }
        });
    }

    /// <summary>Opens a socket from a machine.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="instanceArn">The container instance that its agent says it is.</param>
    /// <param name="accept">What the server does with it.</param>
    /// <param name="onOpen">Told when it is open, before the first frame.</param>
    /// <param name="onFrame">Takes the server's frames.</param>
    /// <param name="onEnd">Told when it has ended, or could not be opened.</param>
    internal void Connect(
        Machine machine,
        string instanceArn,
        Func<ServerProcess, Connection, Task> accept,
        Action<Connection> onOpen,
        Func<byte[], Task> onFrame,
        Action<string> onEnd
    )
    {
        world.Timeline.After(Delayed(Latency), async () =>
        {
            if (IsLost(machine))
            {
                world.Timeline.After(CallTimeout, () => onEnd("no answer"));
                return;
            }

            if (world.Server.Process is not { } process)
            {
                world.Timeline.After(Latency, () => onEnd("connection refused"));
                return;
            }

            if (process.FindInstance(instanceArn) is null)
            {
                world.Timeline.After(Latency, () => onEnd(Refused));
                return;
            }

            var connection = new Connection(world, machine, process, onFrame, onEnd);
            _connections.Add(connection);
            connection.Open(onOpen);
            try
            {
                await accept(process, connection);
            }
            catch (JournalException)
            {
                connection.Close(); // unless the process has crashed in the commit
            }
        });
    }

    /// <summary>Every open socket of a machine breaks, and both sides know.</summary>
    internal void Break(Machine machine)
    {
        foreach (var connection in _connections.FindAll(connection => connection.Machine == machine))
            connection.Break();
    }

    /// <summary>The server's process has ended, and with it its side of every socket.</summary>
    internal void ServerIsGone(ServerProcess process)
    {
        foreach (var connection in _connections.FindAll(connection => connection.Process == process))
            connection.ServerIsGone();
    }

    /// <summary>Forgets a socket that nobody holds any more.</summary>
    internal void Forget(Connection connection) => _connections.Remove(connection);

    /// <summary>Whether something that is carried now does not arrive.</summary>
    internal bool IsLost(Machine machine) => machine.IsCutOff || Happens(Weather.Loss);

    /// <summary>After how long a frame arrives, and again if it does; in bad weather, out of turn.</summary>
    /// <param name="turn">Before that time it would overtake another.</param>
    internal IEnumerable<(TimeSpan Wait, bool InTurn)> Arrivals(TimeSpan turn)
    {
        var (wait, queue) = (Latency, turn - world.Timeline.Now);
        yield return Happens(Weather.Delay)
            ? (LongestDelay * world.Random.NextDouble(), false)
            : (wait > queue ? wait : queue, true);
        if (Happens(Weather.Repetition))
            yield return (LongestEcho * world.Random.NextDouble(), false);
    }

    private TimeSpan Delayed(TimeSpan latency) =>
        Happens(Weather.Delay) ? LongestDelay * world.Random.NextDouble() : latency;

    private bool Happens(double chance) => chance > 0 && world.Random.NextDouble() < chance;

    private async Task EchoAsync<T>(Machine machine, Func<IEcsApi, CallContext, Task<T>> call)
    {
        if (IsLost(machine))
            return;
        try
        {
            await world.Server.CallAsync(call);
        }
        catch (Exception exception) when (exception is AwsException or UnansweredException)
        {
            // Nobody waits for this answer.
        }
    }
}
