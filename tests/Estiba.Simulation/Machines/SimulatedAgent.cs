using Estiba.Agent;
using Estiba.Agent.Engines;
using Estiba.Agent.Sessions;
using Estiba.Agent.Tasks;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Signing;
using Estiba.Simulation.Networks;

namespace Estiba.Simulation.Machines;

/// <summary>One life of an agent: the platform's own decisions about tasks and messages, with a simulated engine, disk and network around them.</summary>
internal sealed class SimulatedAgent : IAssignedTasks
{
    private static readonly TimeSpan LongestNotice = TimeSpan.FromMilliseconds(100);

    private readonly World world;
    private readonly Machine machine;
    private readonly AgentWork work;
    private readonly ControlSocket control;
    private readonly TelemetrySocket telemetry;
    private readonly string token;
    private readonly Backoff registering;
    private readonly Backoff registeringAnew;

    internal SimulatedAgent(World world, Machine machine)
    {
        this.world = world;
        this.machine = machine;
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
        work = new AgentWork(world, machine, this);
        Board = new TaskBoard(
            work, Options.Cluster, new LifecycleRules { StopTimeout = Options.ContainerStopTimeout, CleanupWait = Options.TaskCleanupWaitDuration }, machine.Clock);
        control = new ControlSocket(world, machine, this);
        telemetry = new TelemetrySocket(world, machine, this);
        token = $"{world.Random.Next()}";
        registering = new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(15), world.Random);
        registeringAnew = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), world.Random);
    }

    /// <summary>It has not been killed.</summary>
    internal bool IsAlive { get; private set; } = true;

    internal AgentOptions Options { get; }

    internal TaskBoard Board { get; }

    /// <summary>Whether its control socket is open.</summary>
    internal bool IsConnected => control.IsOpen;

    /// <inheritdoc/>
    public ICollection<TaskState> Tasks => [.. Board.Tasks];

    internal void Start()
    {
        foreach (var task in machine.Disk.Load()) Board.TakeUp(task);
        Soon(LookAtEverything);
        Soon(Register);
    }

    /// <summary>Ends it at once; what it was doing in the engine is done or not.</summary>
    internal void End()
    {
        IsAlive = false;
        control.End();
        telemetry.End();
    }

    /// <summary>Does something after a time, if it is still alive then.</summary>
    internal void After(TimeSpan delay, Action happening) => world.Timeline.After(delay, () =>
    {
        if (IsAlive) happening();
    });

    /// <inheritdoc cref="After"/>
    internal void Soon(Action happening) => After(LongestNotice * world.Random.NextDouble(), happening);

    /// <summary>Hears of a change in the engine.</summary>
    internal void Notice(SimulatedContainer container, string action) => Soon(() => Board.ContainerChanged(container.TaskArn, container.ContainerName, action));

    /// <summary>Anything may have happened in the engine.</summary>
    internal void LookAtEverything()
    {
        try
        {
            Board.EverythingChanged(machine.Engine.List());
        }
        catch (EngineException)
        {
            After(TimeSpan.FromSeconds(1), LookAtEverything);
        }
    }

    /// <summary>The server does not know the container instance any more.</summary>
    internal void RegisterAnew()
    {
        control.End();
        telemetry.End();
        machine.Disk.InstanceArn = null;
        After(registeringAnew.Next(), Register);
    }

    /// <summary>The health of a container has changed.</summary>
    internal void TellHealth() => telemetry.TellHealth();

    /// <inheritdoc/>
    public Task AcceptAsync(IReadOnlyList<AcsTask> tasks, CancellationToken cancellation)
    {
        foreach (var task in tasks)
        {
            if (task.Arn is null || Board.Tasks.Any(known => known.Arn == task.Arn)) continue;
            var state = TaskState.Accept(task, machine.Clock.GetUtcNow(), static () => "");
            machine.Disk.Save(state, durably: true);
            Board.Accept(state);
        }

        foreach (var task in tasks) Board.Obey(task);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void StopTasks(IReadOnlyList<string> arns)
    {
        foreach (var arn in arns) Board.Stop(arn);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> UnknownTasksAsync() => Task.FromResult(Board.UnknownTasks());

    /// <inheritdoc/>
    public void StopUnknown(IReadOnlyList<string> arns) => Board.StopUnknown(arns);

    private void Register()
    {
        if (!machine.Engine.IsUp || !Board.KnowsTheEngine)
        {
            After(registering.Next(), Register);
            return;
        }

        var known = machine.Disk.InstanceArn;
        world.Network.Call(
            machine,
            (api, caller) => api.RegisterContainerInstanceAsync(RegistrationRequest(known), caller),
            answer =>
            {
                if (IsAlive) Registered(answer.ContainerInstance!.ContainerInstanceArn!);
            },
            failure =>
            {
                if (!IsAlive) return;
                if (known is not null && failure is AwsException { Code: "InvalidParameterException" or "ClientException" })
                {
                    machine.Disk.InstanceArn = null;
                    Register();
                    return;
                }

                After(registering.Next(), Register);
            });
    }

    private void Registered(string instanceArn)
    {
        world.History.Name(instanceArn, machine.Name);
        world.History.Name(instanceArn[(instanceArn.LastIndexOf('/') + 1)..], machine.Name);
        world.Tell(machine.Name, $"is registered as {instanceArn[^6..]}");
        machine.Disk.InstanceArn = instanceArn;
        work.BeginReporting();
        control.Open(instanceArn);
        telemetry.Open(instanceArn);
    }

    private RegisterContainerInstanceRequest RegistrationRequest(string? known) => new()
    {
        Cluster = Options.Cluster,
        ContainerInstanceArn = known,
        ClientToken = token,
        InstanceIdentityDocument = machine.IdentityDocument,
        TotalResources =
        [
            new Resource { Name = "CPU", Type = "INTEGER", IntegerValue = machine.Cpu },
            new Resource { Name = "MEMORY", Type = "INTEGER", IntegerValue = machine.Memory },
            new Resource { Name = "PORTS", Type = "STRINGSET", StringSetValue = [.. Options.ReservedPorts.Select(port => $"{port}")] },
            new Resource { Name = "PORTS_UDP", Type = "STRINGSET", StringSetValue = [] },
        ],
        VersionInfo = new VersionInfo { AgentVersion = "0.1.0", AgentHash = "estiba", DockerVersion = "DockerVersion: simulated" },
        Attributes = machine.CapacityProvider is { } provider ? [.. s_attributes, new EcsAttribute { Name = "estiba.capacity-provider", Value = provider }] : s_attributes,
    };

    private static readonly IReadOnlyList<EcsAttribute> s_attributes =
    [
        .. Capabilities.Of(
            new EngineVersion("simulated", "1.41", "1.12", "linux", "amd64"),
            new EngineInformation { Name = "simulated", Processors = 2, Memory = 1L << 33, LogDrivers = ["json-file"], VolumeDrivers = ["local"] },
            new AgentOptions { Region = "", Credentials = static () => new AwsCredentials("", ""), InstanceId = "", Cpu = 1, Memory = 1 },
            offersCredentials: false)
            .Select(attribute => new EcsAttribute { Name = attribute.Name, Value = attribute.Value }),
    ];
}
