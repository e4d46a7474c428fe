using Estiba.Agent;
using Estiba.Agent.Sessions;
using Estiba.Agent.Tasks;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Signing;
using Estiba.Engines;
using Estiba.Simulation.Networks;

namespace Estiba.Simulation.Machines;

/// <summary>
/// One life of an agent: the platform's own decisions about tasks and messages, with a simulated engine, disk and
/// network around them.
/// </summary>
internal sealed class SimulatedAgent : IAssignedTasks
{
    private static readonly TimeSpan LongestNotice = TimeSpan.FromMilliseconds(100);

    private readonly World _world;
    private readonly Machine _machine;
    private readonly AgentWork _work;
    private readonly ControlSocket _control;
    private readonly TelemetrySocket _telemetry;
    private readonly string _token;
    private readonly Backoff _registering;
    private readonly Backoff _registeringAnew;

    internal SimulatedAgent(World world, Machine machine)
    {
        _world = world;
        _machine = machine;
        Options = new AgentOptions
        {
            Cluster = World.Cluster,
            Region = world.Caller.Region,
            Credentials = static () => throw new InvalidOperationException("Nothing is signed here."),
            InstanceId = machine.Ec2Id,
            Cpu = machine.Cpu,
            Memory = machine.Memory,
            TaskCleanupWaitDuration = TimeSpan.FromMinutes(10),
        };
        _work = new AgentWork(world, machine, this);
        Board = new TaskBoard(
            _work,
            Options.Cluster,
            new LifecycleRules
            {
                StopTimeout = Options.ContainerStopTimeout,
                CleanupWait = Options.TaskCleanupWaitDuration,
            },
            machine.Clock
        );
        _control = new ControlSocket(world, machine, this);
        _telemetry = new TelemetrySocket(world, machine, this);
        _token = $"{world.Random.Next()}";
        _registering = new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(15), world.Random);
        _registeringAnew = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), world.Random);
    }

    /// <summary>It has not been killed.</summary>
    internal bool IsAlive { get; private set; } = true;

    internal AgentOptions Options { get; }

    internal TaskBoard Board { get; }

    /// <summary>Whether its control socket is open.</summary>
    internal bool IsConnected => _control.IsOpen;

    /// <inheritdoc/>
    public ICollection<TaskState> Tasks => [.. Board.Tasks];

    internal void Start()
    {
        foreach (var task in _machine.Disk.Load())
            Board.TakeUp(task);
        Soon(LookAtEverything);
        Soon(Register);
    }

    /// <summary>Ends it at once; what it was doing in the engine is done or not.</summary>
    internal void End()
    {
        IsAlive = false;
        _control.End();
        _telemetry.End();
    }

    /// <summary>Does something after a time, if it is still alive then.</summary>
    internal void After(TimeSpan delay, Action happening) => _world.Timeline.After(delay, () =>
        {
            if (IsAlive)
                happening();
        });

    /// <inheritdoc cref="After"/>
    internal void Soon(Action happening) => After(LongestNotice * _world.Random.NextDouble(), happening);

    /// <summary>Hears of a change in the engine.</summary>
    internal void Notice(SimulatedContainer container, string action) =>
        Soon(() => Board.ContainerChanged(container.TaskArn, container.ContainerName, action));

    /// <summary>Anything may have happened in the engine.</summary>
    internal void LookAtEverything()
    {
        try
        {
            Board.EverythingChanged(_machine.Engine.List());
        }
        catch (EngineException)
        {
            After(TimeSpan.FromSeconds(1), LookAtEverything);
        }
    }

    /// <summary>The server does not know the container instance any more.</summary>
    internal void RegisterAnew()
    {
        _control.End();
        _telemetry.End();
        _machine.Disk.InstanceArn = null;
        After(_registeringAnew.Next(), Register);
    }

    /// <summary>The health of a container has changed.</summary>
    internal void TellHealth() => _telemetry.TellHealth();

    /// <inheritdoc/>
    public Task AcceptAsync(IReadOnlyList<AcsTask> tasks, CancellationToken cancellation)
    {
        foreach (var task in tasks)
        {
            if (task.Arn is null || Board.Tasks.Any(known => known.Arn == task.Arn))
                continue;
            var state = TaskState.Accept(task, _machine.Clock.GetUtcNow(), static () => "");
            _machine.Disk.Save(state, durably: true);
            Board.Accept(state);
        }

        foreach (var task in tasks)
            Board.Obey(task);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void StopTasks(IReadOnlyList<string> arns)
    {
        foreach (var arn in arns)
            Board.Stop(arn);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> UnknownTasksAsync() => Task.FromResult(Board.UnknownTasks());

    /// <inheritdoc/>
    public void StopUnknown(IReadOnlyList<string> arns) => Board.StopUnknown(arns);

    private void Register()
    {
        if (!_machine.Engine.IsUp || !Board.KnowsTheEngine)
        {
            After(_registering.Next(), Register);
            return;
        }

        var known = _machine.Disk.InstanceArn;
        _world.Network.Call(
            _machine,
            (api, caller) => api.RegisterContainerInstanceAsync(RegistrationRequest(known), caller),
            answer =>
            {
                if (IsAlive)
                    Registered(answer.ContainerInstance!.ContainerInstanceArn!);
            },
            failure =>
            {
                if (!IsAlive)
                    return;
                if (
                    known is not null
                    && failure is AwsException { Code: "InvalidParameterException" or "ClientException" }
                )
                {
                    _machine.Disk.InstanceArn = null;
                    Register();
                    return;
                }

                After(_registering.Next(), Register);
            }
        );
    }

    private void Registered(string instanceArn)
    {
        _world.History.Name(instanceArn, _machine.Name);
        _world.History.Name(instanceArn[(instanceArn.LastIndexOf('/') + 1)..], _machine.Name);
        _world.Tell(_machine.Name, $"is registered as {instanceArn[^6..]}");
        _machine.Disk.InstanceArn = instanceArn;
        _work.BeginReporting();
        _control.Open(instanceArn);
        _telemetry.Open(instanceArn);
    }

    private RegisterContainerInstanceRequest RegistrationRequest(string? known) =>
        new()
        {
            Cluster = Options.Cluster,
            ContainerInstanceArn = known,
            ClientToken = _token,
            InstanceIdentityDocument = _machine.IdentityDocument,
            TotalResources =
            [
                new Resource
                {
                    Name = "CPU",
                    Type = "INTEGER",
                    IntegerValue = _machine.Cpu,
                },
                new Resource
                {
                    Name = "MEMORY",
                    Type = "INTEGER",
                    IntegerValue = _machine.Memory,
                },
                new Resource
                {
                    Name = "PORTS",
                    Type = "STRINGSET",
                    StringSetValue = [.. Options.ReservedPorts.Select(port => $"{port}")],
                },
                new Resource
                {
                    Name = "PORTS_UDP",
                    Type = "STRINGSET",
                    StringSetValue = [],
                },
            ],
            VersionInfo = new VersionInfo
            {
                AgentVersion = "0.1.0",
                AgentHash = "estiba",
                DockerVersion = "DockerVersion: simulated",
            },
            Attributes = _machine.CapacityProvider is { } provider
                ? [.. Attributes, new EcsAttribute { Name = "estiba.capacity-provider", Value = provider }]
                : Attributes,
        };

    private static readonly IReadOnlyList<EcsAttribute> Attributes =
    [
        .. Capabilities
            .Of(
                new EngineVersion("simulated", "1.41", "1.12", "linux", "amd64"),
                new EngineInformation
                {
                    Name = "simulated",
                    Processors = 2,
                    Memory = 1L << 33,
                    LogDrivers = ["json-file"],
                    VolumeDrivers = ["local"],
                },
                new AgentOptions
                {
                    Region = "",
                    Credentials = static () => new AwsCredentials("", ""),
                    InstanceId = "",
                    Cpu = 1,
                    Memory = 1,
                },
                offersCredentials: false
            )
            .Select(attribute => new EcsAttribute { Name = attribute.Name, Value = attribute.Value }),
    ];
}
