using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.State;

namespace Estiba.Simulation.Servers;

/// <summary>The machine of the server: a disk and a clock that stay, and processes that come and go.</summary>
internal sealed class SimulatedServer(World world)
{
    private static readonly TimeSpan LongestRestart = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan StartRetry = TimeSpan.FromSeconds(10);

    private readonly DurableState _disk = new();

    // What the last process knew to be durable.
    private View? _before;

    internal SimulatedClock Clock { get; } = new(world.Timeline);

    internal EcsOptions Options { get; } = new() { AgentEndpoint = new Uri("http://127.0.0.1:4566") };

    /// <summary>The process that is alive; null while there is none.</summary>
    internal ServerProcess? Process { get; private set; }

    /// <summary>Whether the disk has no room.</summary>
    internal bool DiskIsFull
    {
        get => _disk.IsFull;
        set => _disk.IsFull = value;
    }

    /// <summary>Starts a process, unless one is alive.</summary>
    internal async Task StartAsync()
    {
        if (Process is not null)
            return;
        var last = _before;
        _disk.Crashed = () => Crash(world.UpTo(LongestRestart));
        var process = await ServerProcess.OpenAsync(world, _disk);
        if (last is not null)
            world.Compare(last, process.Store.Current, _disk.WrittenInCrash);
        Process = process;
        world.Tell("server", $"starts");
        try
        {
            await process.BeginAsync();
        }
        catch (JournalException exception)
        {
            world.Tell("server", $"cannot start: {exception.Message}");
            Crash(StartRetry);
        }
    }

    /// <summary>Ends the process and everything that only it knew.</summary>
    /// <param name="downtime">After how long the next one starts.</param>
    internal void Crash(TimeSpan downtime)
    {
        if (Process is not { } process)
            return;
        world.Tell("server", $"crashes, and is to start again in {downtime.TotalSeconds:0} s");
        _before = process.Store.Current;
        process.End();
        Process = null;
        world.Network.ServerIsGone(process);
        world.Timeline.After(downtime, StartAsync);
    }

    /// <summary>Crashes the process in one of its next commits.</summary>
    /// <param name="commits">How many it makes before; negative to let it live.</param>
    /// <param name="keepsLast">Whether the one in which it crashes is kept.</param>
    internal void CrashIn(int commits, bool keepsLast) => _disk.CrashAfter(commits, keepsLast);

    /// <summary>Calls an operation, as a request that arrives does.</summary>
    /// <exception cref="UnansweredException">Nobody is there, or the server crashed in the middle of it.</exception>
    /// <exception cref="AwsException">The server's own answer.</exception>
    internal async Task<T> CallAsync<T>(Func<IEcsApi, CallContext, Task<T>> call)
    {
        if (Process is not { } process)
            throw new UnansweredException("connection refused");
        try
        {
            return await call(process.Api, world.Caller);
        }
        catch (JournalException exception)
        {
            if (!process.IsAlive)
                throw new UnansweredException("connection reset");
            throw new AwsException("InternalFailure", exception.Message, 503);
        }
    }
}

/// <summary>A request was sent and no answer came: whether it was done, nobody knows.</summary>
internal sealed class UnansweredException(string reason) : Exception(reason);
