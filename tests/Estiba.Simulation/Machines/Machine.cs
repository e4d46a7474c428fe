using System.Text.Json;

namespace Estiba.Simulation.Machines;

/// <summary>
/// A host: a container engine, a disk and a clock, an agent that comes and goes, and a cable to the server that can be
/// cut.
/// </summary>
internal sealed class Machine
{
    private readonly World _world;

    internal Machine(World world, string name, string zone, int cpu, int memory, string? capacityProvider)
    {
        _world = world;
        (Name, Zone, Cpu, Memory, CapacityProvider) = (name, zone, cpu, memory, capacityProvider);
        Clock = new SimulatedClock(world.Timeline);
        Engine = new Engine(world, this);
    }

    internal string Name { get; }

    internal string Zone { get; }

    internal int Cpu { get; }

    internal int Memory { get; }

    /// <summary>The capacity provider that it is of; null for none.</summary>
    internal string? CapacityProvider { get; }

    /// <summary>Its EC2 instance id.</summary>
    internal string Ec2Id => "i-" + Name;

    internal SimulatedClock Clock { get; }

    internal Engine Engine { get; }

    internal AgentDisk Disk { get; } = new();

    /// <summary>The agent that is alive; null while there is none.</summary>
    internal SimulatedAgent? Agent { get; private set; }

    /// <summary>The way to the server is interrupted somewhere.</summary>
    internal bool IsPartitioned { get; set; }

    /// <summary>Nothing gets from it to the server or back, and neither side is told.</summary>
    internal bool IsCutOff => IsPartitioned || !IsOn;

    /// <summary>It will never come back.</summary>
    internal bool IsScrapped { get; private set; }

    /// <summary>Its power is on.</summary>
    internal bool IsOn { get; private set; } = true;

    /// <summary>The document by which the server knows which EC2 instance it is.</summary>
    internal string IdentityDocument =>
        JsonSerializer.Serialize(
            new Dictionary<string, string>
            {
                ["instanceId"] = Ec2Id,
                ["availabilityZone"] = Zone,
                ["instanceType"] = "m5.large",
                ["privateIp"] = $"10.0.0.{Name[1..]}",
            }
        );

    /// <summary>Starts the agent, unless it is running or the machine is off.</summary>
    internal void StartAgent()
    {
        if (Agent is not null || !IsOn)
            return;
        _world.Tell(Name, $"agent starts");
        Agent = new SimulatedAgent(_world, this);
        Agent.Start();
    }

    /// <summary>Kills the agent; its containers go on.</summary>
    internal void KillAgent()
    {
        if (Agent is not { } agent)
            return;
        _world.Tell(Name, $"agent is killed");
        Agent = null;
        agent.End();
    }

    /// <summary>
    /// Cuts its power: no container survives, nothing is closed properly, and what was not written durably may be gone.
    /// </summary>
    internal void PowerOff()
    {
        if (!IsOn)
            return;
        _world.Tell(Name, $"loses its power");
        IsOn = false;
        KillAgent();
        Engine.PowerOff();
        Disk.PowerOff(_world.Random);
    }

    /// <summary>Gives it its power back: the engine and the agent start.</summary>
    internal void PowerOn()
    {
        if (IsOn || IsScrapped)
            return;
        _world.Tell(Name, $"has its power back");
        IsOn = true;
        StartAgent();
    }

    /// <summary>Takes it away for ever.</summary>
    internal void Scrap()
    {
        PowerOff();
        _world.Tell(Name, $"is scrapped");
        IsScrapped = true;
    }
}
