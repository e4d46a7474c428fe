using Estiba.Agent.Tasks;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Simulation.Alarms;
using Estiba.Simulation.Customers;
using Estiba.Simulation.Invariants;
using Estiba.Simulation.LoadBalancers;
using Estiba.Simulation.Machines;
using Estiba.Simulation.Networks;
using Estiba.Simulation.Registries;
using Estiba.Simulation.Servers;
using Estiba.State;

namespace Estiba.Simulation;

/// <summary>
/// Everything there is in one history: a server, machines, a network, a registry, a customer, and what must always
/// hold.
/// </summary>
internal sealed class World
{
    private readonly IReadOnlyList<Invariant> _invariants;
    private readonly List<Machine> _machines = [];

    internal World(int seed, TextWriter? output)
    {
        Random = new Random(seed);
        History = new History(Timeline, output);
        Server = new SimulatedServer(this);
        Network = new Network(this);
        Registry = new Registry(this);
        LoadBalancing = new SimulatedLoadBalancing(this);
        Alarms = new SimulatedAlarms(this);
        ServiceDiscovery = new SimulatedServiceDiscovery(this);
        Customer = new Customer(this);
        _invariants = Invariant.All(this);
    }

    /// <summary>The one cluster.</summary>
    internal const string Cluster = "default";

    internal CallContext Caller { get; } =
        new()
        {
            AccountId = "123456789012",
            Region = "eu-west-1",
            PrincipalArn = "arn:aws:iam::123456789012:root",
            AccessKeyId = "AKIA",
            RequestId = "r",
        };

    /// <summary>The one source of chance.</summary>
    internal Random Random { get; }

    internal Timeline Timeline { get; } = new();

    internal History History { get; }

    internal SimulatedServer Server { get; }

    internal Network Network { get; }

    internal Registry Registry { get; }

    /// <summary>Target groups and listener rules, which many of the services are behind.</summary>
    internal SimulatedLoadBalancing LoadBalancing { get; }

    /// <summary>Alarms, which deployments of many of the services look at.</summary>
    internal SimulatedAlarms Alarms { get; }

    /// <summary>Cloud Map, in which some of the services are.</summary>
    internal SimulatedServiceDiscovery ServiceDiscovery { get; }

    internal Customer Customer { get; }

    /// <summary>Every machine that was ever there.</summary>
    internal IReadOnlyList<Machine> Machines => _machines;

    /// <summary>Nothing goes wrong any more, except for what is still on its way.</summary>
    internal bool IsCalm { get; set; }

    /// <summary>What did not hold; null as long as everything has.</summary>
    internal string? Violation { get; private set; }

    internal void Tell(
        string who,
        [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] ref Line line
    )
    {
        if (History.IsRead)
            History.Write(who, line.ToString());
    }

    /// <summary>A machine comes to be, with an agent that registers it.</summary>
    internal Machine AddMachine()
    {
        var number = _machines.Count + 1;
        var machine = new Machine(
            this,
            $"m{number}",
            $"eu-west-1{"abc"[number % 3]}",
            Random.Next(1, 5) * 1024,
            Random.Next(1, 5) * 2048,
            Random.Next(4) == 0 ? null : Any(CapacityActs.Providers)
        );
        _machines.Add(machine);
        machine.StartAgent();
        return machine;
    }

    /// <summary>One of some things, or none.</summary>
    internal T? Any<T>(IEnumerable<T> things)
        where T : class
    {
        var list = things.ToList();
        return list.Count == 0 ? null : list[Random.Next(list.Count)];
    }

    /// <summary>A time up to a longest one.</summary>
    internal TimeSpan UpTo(TimeSpan longest) => longest * Random.NextDouble();

    /// <summary>Something that must always hold does not.</summary>
    internal void Violate(string what)
    {
        Violation ??= what;
        Tell("!!!", $"{what}");
    }

    /// <summary>The server has committed something.</summary>
    internal void Observe(Commit commit)
    {
        foreach (var invariant in _invariants)
            invariant.OnCommit(commit);
    }

    /// <summary>A container was started or has ended.</summary>
    internal void Observe(Machine machine, SimulatedContainer container, string action)
    {
        Tell(
            machine.Name,
            $"container {container.ContainerName} of {History.Brief(container.TaskArn)}: {action}"
                + $"{(action == "die" ? $" {container.ExitCode}" : "")}"
        );
        foreach (var invariant in _invariants)
            invariant.OnContainer(machine, container, action);
    }

    /// <summary>An agent begins a step.</summary>
    internal void Observe(Machine machine, TaskState task, TaskStep step)
    {
        foreach (var invariant in _invariants)
            invariant.OnStep(machine, task, step);
    }

    /// <summary>The server has taken a report.</summary>
    internal void Observe(Machine machine, SubmitTaskStateChangeRequest report)
    {
        foreach (var invariant in _invariants)
            invariant.OnReport(machine, report);
    }

    /// <summary>The server has started again.</summary>
    internal void Compare(View before, View after, IReadOnlyList<Change> unannounced)
    {
        foreach (var invariant in _invariants)
            invariant.OnRestart(before, after, unannounced);
    }

    /// <summary>Something has happened.</summary>
    internal async Task CheckAsync()
    {
        foreach (var invariant in _invariants)
            await invariant.CheckAsync();
    }
}
