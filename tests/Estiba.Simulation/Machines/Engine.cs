using System.Globalization;
using Estiba.Engines;
using Estiba.Engines.Simulated;

namespace Estiba.Simulation.Machines;

/// <summary>
/// A container engine: names are unique, a port belongs to one container, and what runs does what its image's name
/// says.
/// </summary>
internal sealed class Engine(World world, Machine machine)
{
    private const int FirstEphemeralPort = 32768;

    private readonly Dictionary<string, SimulatedContainer> _containers = new(StringComparer.Ordinal);
    private readonly HashSet<(string Protocol, int Port)> _takenPorts = [];
    private int _lastPort = FirstEphemeralPort - 1;
    private int _lastId;

    /// <summary>It answers; while it does not, what runs goes on.</summary>
    internal bool IsUp { get; set; } = true;

    internal IEnumerable<SimulatedContainer> Containers => _containers.Values;

    /// <exception cref="EngineException">The name is taken, or the image's name says that it cannot be
    /// created.</exception>
    internal string Create(
        string name,
        string image,
        IReadOnlyDictionary<string, string> labels,
        IReadOnlyList<PublishedPort> ports
    )
    {
        Check();
        var script = ContainerScript.OfImage(image);
        if (script.CreateError is { } error)
            throw new EngineException(error, 400);
        if (_containers.ContainsKey(name))
            throw new EngineException($"Conflict. The container name \"/{name}\" is already in use.", 409);

        var container = new SimulatedContainer
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{machine.Name}-{++_lastId:D4}"),
            Name = name,
            Image = image,
            Script = script,
            Labels = labels,
            AskedPorts = ports,
            CreatedAt = machine.Clock.GetUtcNow(),
        };
        _containers[name] = container;
        return container.Id;
    }

    /// <exception cref="EngineException">There is none of that name, it cannot be started, or a port is
    /// taken.</exception>
    internal void Start(string name)
    {
        Check();
        if (Find(name) is not { } container)
            throw new EngineException($"No such container: {name}", 404);
        if (container.IsRunning)
            return;
        if (container.Script.StartError is { } error)
            throw new EngineException(error, 400);
        container.Ports = TakePorts(container);
        container.Status = ContainerStatus.Running;
        container.StartedAt = machine.Clock.GetUtcNow();
        container.FinishedAt = null;
        container.Starts++;
        container.Health = container.Script is { HealthyAfter: null, UnhealthyAfter: null }
            ? HealthState.None
            : HealthState.Starting;
        world.Observe(machine, container, "start");
        Follow(container);
    }

    /// <summary>Ends a container, as a signal does.</summary>
    internal void Stop(string name)
    {
        Check();
        if (Find(name) is not { } container)
            throw new EngineException($"No such container: {name}", 404);
        if (container.IsRunning)
            Exit(container, container.Script.IgnoresStop ? 137 : 143);
    }

    internal void Remove(string name)
    {
        Check();
        if (Find(name) is not { } container)
            return;
        if (container.IsRunning)
            Exit(container, 137);
        _containers.Remove(container.Name);
    }

    /// <summary>The container of this name or id.</summary>
    /// <exception cref="EngineUnreachableException">The engine does not answer.</exception>
    internal ContainerInspection? Inspect(string name)
    {
        Check();
        return Find(name)?.Inspect();
    }

    /// <exception cref="EngineUnreachableException">The engine does not answer.</exception>
    internal IReadOnlyList<ContainerSummary> List()
    {
        Check();
        return
        [
            .. _containers.Values.Select(container => new ContainerSummary(
                container.Id,
                container.Name,
                container.Image,
                "sha256:0",
                container.Status,
                container.CreatedAt,
                container.Labels
            )),
        ];
    }

    /// <summary>A container's first process ends.</summary>
    internal void Exit(SimulatedContainer container, int code, bool outOfMemory = false)
    {
        End(container, code, outOfMemory);
        world.Observe(machine, container, "die");
        machine.Agent?.Notice(container, "die");
    }

    /// <summary>Everything that runs ends, and nobody is told.</summary>
    internal void PowerOff()
    {
        foreach (var container in _containers.Values.Where(container => container.IsRunning))
            End(container, 255, outOfMemory: false);
    }

    private void End(SimulatedContainer container, int code, bool outOfMemory)
    {
        container.Status = ContainerStatus.Exited;
        container.ExitCode = code;
        container.OutOfMemory = outOfMemory;
        container.FinishedAt = machine.Clock.GetUtcNow();
        foreach (var port in container.Ports)
            _takenPorts.Remove((port.Protocol, port.HostPort));
    }

    /// <summary>Lets happen what the image's name says, as long as the container is not started again.</summary>
    private void Follow(SimulatedContainer container)
    {
        var (script, start) = (container.Script, container.Starts);
        if (script.RunsFor is { } life)
            Later(life, () => Exit(container, script.ExitCode, script.OutOfMemory));
        if (script.HealthyAfter is { } good)
            Later(good, () => Become(HealthState.Healthy));
        if (script.UnhealthyAfter is { } bad)
            Later(bad, () => Become(HealthState.Unhealthy));

        void Become(HealthState health)
        {
            container.Health = health;
            machine.Agent?.Notice(
                container,
                health == HealthState.Healthy ? "health_status: healthy" : "health_status: unhealthy"
            );
        }

        void Later(TimeSpan delay, Action happening) => world.Timeline.After(delay, () =>
            {
                if (container.IsRunning && container.Starts == start)
                    happening();
            });
    }

    private IReadOnlyList<PublishedPort> TakePorts(SimulatedContainer container)
    {
        var ports = container
            .AskedPorts.Select(port =>
                port with
                {
                    HostPort = port.HostPort > 0 ? port.HostPort : NextPort(port.Protocol),
                }
            )
            .ToList();
        if (ports.Find(port => _takenPorts.Contains((port.Protocol, port.HostPort))) is { } taken)
            throw new EngineException(
                $"driver failed programming external connectivity on endpoint {container.Name}: Bind for "
                    + $"0.0.0.0:{taken.HostPort} failed: port is already allocated",
                500
            );
        foreach (var port in ports)
            _takenPorts.Add((port.Protocol, port.HostPort));
        return ports;
    }

    private int NextPort(string protocol)
    {
        do _lastPort = _lastPort == 60999 ? FirstEphemeralPort : _lastPort + 1;
        while (_takenPorts.Contains((protocol, _lastPort)));
        return _lastPort;
    }

    private void Check()
    {
        if (!IsUp || !machine.IsOn)
            throw new EngineUnreachableException("Cannot connect to the Docker daemon.");
    }

    private SimulatedContainer? Find(string nameOrId) =>
        _containers.GetValueOrDefault(nameOrId)
        ?? _containers.Values.FirstOrDefault(container => container.Id == nameOrId);
}
