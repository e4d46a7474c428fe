using Estiba.Simulation.Alarms;
using Estiba.Simulation.Machines;
using Estiba.Simulation.Networks;

namespace Estiba.Simulation.Faults;

/// <summary>What goes wrong.</summary>
internal static class FaultActs
{
    internal static IReadOnlyList<Act> All { get; } =
    [
        new(3, CrashServer),
        new(2, CrashServerInACommit),
        new(1, StopServer),
        new(1, FillServerDisk),
        new(1, SetServerClock),
        new(3, KillAgent),
        new(2, CutPower),
        new(3, CutOff),
        new(2, BreakConnections),
        new(1, WipeAgentDisk),
        new(1, FillAgentDisk),
        new(1, SetAgentClock),
        new(2, StopEngine),
        new(3, EndContainer),
        new(2, ChangeWeather),
        new(1, RegistryFails),
        new(1, RegistryIsSlow),
        new(2, AlarmGoesOff),
    ];

    /// <summary>Ends everything that goes wrong; what it has led to is left to the platform.</summary>
    internal static async Task EndAsync(World world)
    {
        world.IsCalm = true;
        world.Network.Weather = NetworkWeather.Fair;
        world.Registry.IsDown = world.Registry.IsSlow = false;
        world.Server.DiskIsFull = false;
        world.Server.CrashIn(-1, keepsLast: false);
        await world.Server.StartAsync();
        foreach (var machine in world.Machines)
        {
            machine.IsPartitioned = false;
            machine.Disk.IsFull = false;
            machine.Engine.IsUp = true;
            machine.PowerOn();
            machine.StartAgent();

            // What bad weather has lost within a connection, no connection would: it would have broken.
            world.Network.Break(machine);
        }
    }

    private static Task CrashServer(World world)
    {
        world.Server.Crash(world.UpTo(TimeSpan.FromSeconds(40)));
        return Task.CompletedTask;
    }

    private static Task CrashServerInACommit(World world)
    {
        world.Server.CrashIn(world.Random.Next(6), keepsLast: world.Random.Next(2) == 0);
        return Task.CompletedTask;
    }

    private static Task StopServer(World world)
    {
        world.Server.Crash(world.UpTo(TimeSpan.FromMinutes(10)));
        return Task.CompletedTask;
    }

    private static Task FillServerDisk(World world)
    {
        world.Tell("server", $"has a full disk");
        world.Server.DiskIsFull = true;
        EndLater(world, TimeSpan.FromMinutes(1), () => world.Server.DiskIsFull = false);
        return Task.CompletedTask;
    }

    private static Task SetServerClock(World world)
    {
        var by = RandomJump(world);
        world.Tell("server", $"has its clock set by {by}");
        world.Server.Clock.Jump(by);
        return Task.CompletedTask;
    }

    private static Task KillAgent(World world) => With(world, machine =>
        {
            machine.KillAgent();
            world.Timeline.After(world.UpTo(TimeSpan.FromMinutes(2)), machine.StartAgent);
        });

    private static Task CutPower(World world) => With(world, machine =>
        {
            machine.PowerOff();
            world.Timeline.After(world.UpTo(TimeSpan.FromMinutes(5)), machine.PowerOn);
        });

    private static Task CutOff(World world) => With(world, machine =>
        {
            world.Tell(machine.Name, $"is cut off");
            machine.IsPartitioned = true;
            EndLater(world, TimeSpan.FromMinutes(8), () =>
            {
                world.Tell(machine.Name, $"is reached again");
                machine.IsPartitioned = false;
            });
        });

    private static Task BreakConnections(World world) => With(world, world.Network.Break);

    private static Task WipeAgentDisk(World world) => With(world, machine =>
        {
            machine.KillAgent();
            world.Tell(machine.Name, $"has its agent's disk wiped");
            machine.Disk.Wipe();
            world.Timeline.After(world.UpTo(TimeSpan.FromMinutes(1)), machine.StartAgent);
        });

    private static Task FillAgentDisk(World world) => With(world, machine =>
        {
            world.Tell(machine.Name, $"has a full disk");
            machine.Disk.IsFull = true;
            EndLater(world, TimeSpan.FromMinutes(2), () => machine.Disk.IsFull = false);
        });

    private static Task SetAgentClock(World world) => With(world, machine =>
        {
            var by = RandomJump(world);
            world.Tell(machine.Name, $"has its clock set by {by}");
            machine.Clock.Jump(by);
        });

    private static Task StopEngine(World world) => With(world, machine =>
        {
            world.Tell(machine.Name, $"engine stops, and what runs in it");
            machine.Engine.IsUp = false;
            machine.Engine.PowerOff();
            EndLater(world, TimeSpan.FromMinutes(2), () =>
            {
                world.Tell(machine.Name, $"engine is back");
                machine.Engine.IsUp = true;
                machine.Agent?.Soon(machine.Agent.LookAtEverything);
            });
        });

    private static Task EndContainer(World world) => With(world, machine =>
        {
            if (world.Any(machine.Engine.Containers.Where(container => container.IsRunning)) is { } container)
                machine.Engine.Exit(container, world.Random.Next(3) * 137, outOfMemory: world.Random.Next(3) == 0);
        });

    private static Task ChangeWeather(World world)
    {
        world.Network.Weather = new NetworkWeather
        {
            Loss = world.Random.Next(3) * 0.05,
            Repetition = world.Random.Next(3) * 0.1,
            Delay = world.Random.Next(3) * 0.1,
        };
        world.Tell(
            "network",
            $"loses {world.Network.Weather.Loss:P0}, repeats {world.Network.Weather.Repetition:P0}, delays "
                + $"{world.Network.Weather.Delay:P0}"
        );
        return Task.CompletedTask;
    }

    private static Task RegistryFails(World world)
    {
        world.Tell("registry", $"is down");
        world.Registry.IsDown = true;
        EndLater(world, TimeSpan.FromMinutes(3), () => world.Registry.IsDown = false);
        return Task.CompletedTask;
    }

    private static Task RegistryIsSlow(World world)
    {
        world.Tell("registry", $"is slow");
        world.Registry.IsSlow = true;
        EndLater(world, TimeSpan.FromMinutes(5), () => world.Registry.IsSlow = false);
        return Task.CompletedTask;
    }

    private static Task AlarmGoesOff(World world)
    {
        world.Alarms.Ring(world.Any(SimulatedAlarms.Names)!, world.UpTo(TimeSpan.FromMinutes(3)));
        return Task.CompletedTask;
    }

    private static Task With(World world, Action<Machine> happening)
    {
        if (world.Any(world.Machines.Where(machine => machine.IsOn)) is { } machine)
            happening(machine);
        return Task.CompletedTask;
    }

    private static void EndLater(World world, TimeSpan longest, Action end) =>
        world.Timeline.After(world.UpTo(longest), end);

    // Seconds as a clock service corrects them, or hours as a person does.
    private static TimeSpan RandomJump(World world) =>
        (world.Random.Next(2) == 0 ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(10)) * world.Random.Next(-20, 21);
}
