using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Queries;
using Estiba.Ecs.Tasks;
using Estiba.State;
using Estiba.State.Journals;
using FsCheck;
using FsCheck.Fluent;

namespace Estiba.Ecs.Tests.Scheduling;

/// <summary>
/// A placement pass, compared with one that looks at every instance for every task and for every preference.
/// </summary>
public sealed class PlacementTests
{
    private static readonly Scope Here = new("123456789012", "eu-west-1");

    private static readonly PlacementStrategy[] Preferences =
    [
        new() { Type = "spread", Field = "attribute:ecs.availability-zone" },
        new() { Type = "spread", Field = "attribute:rack" },
        new() { Type = "spread", Field = "instanceId" },
        new() { Type = "spread", Field = "host" },
        new() { Type = "binpack", Field = "cpu" },
        new() { Type = "binpack", Field = "MEMORY" },
        new() { Type = "random" },
    ];

    private static readonly (string Expression, Func<Host, bool> Holds)[] Queries =
    [
        ("attribute:rack == r1 or attribute:rack == r2", host => host.Rack is "r1" or "r2"),
        ("attribute:rack !exists", host => host.Rack is null),
        ("task:group == g1", host => host.TasksOf("g1") > 0),
        ("not(task:group == g2)", host => host.TasksOf("g2") == 0),
        ("runningTasksCount < 2", host => host.Running < 2),
    ];

    [Fact]
    public void A_pass_places_as_one_that_looks_at_everything_each_time()
    {
        var held =
            from cpu in Gen.Choose(0, 3)
            from @group in Gen.Elements("g1", "g2", "g3")
            from port in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(80, 82)))
            from running in Gen.Elements(true, false)
            select new Held(@group, cpu, cpu, port, running);
        var hosts =
            from zone in Gen.Elements("a", "b", "c")
            from rack in Gen.Elements(null, "r1", "r2", "r3")
            from cpu in Gen.Choose(4, 16)
            from memory in Gen.Choose(4, 16)
            from state in Gen.Frequency(
                (8, Gen.Constant("ACTIVE")),
                (1, Gen.Constant("DRAINING")),
                (1, Gen.Constant("LOST"))
            )
            from tasks in Gen.Choose(0, 3).SelectMany(count => held.ListOf(count))
            select new Host
            {
                Zone = zone,
                Rack = rack,
                Cpu = cpu,
                Memory = memory,
                State = state,
                Tasks = [.. tasks],
            };
        var orders =
            from @group in Gen.Elements("g1", "g2", "g4")
            from count in Gen.Choose(1, 12)
            from cpu in Gen.Choose(0, 2)
            from memory in Gen.Choose(0, 2)
            from port in Gen.Frequency((5, Gen.Constant(0)), (1, Gen.Choose(80, 82)))
            from distinct in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
            from query in Gen.Frequency((2, Gen.Constant(-1)), (1, Gen.Choose(0, Queries.Length - 1)))
            from length in Gen.Choose(0, 5)
            from strategy in Gen.Elements(Preferences).ListOf(length)
            select new Order(@group, count, cpu, memory, port, distinct, query, [.. strategy]);
        var cases =
            from cluster in Gen.Choose(0, 12).SelectMany(count => hosts.ListOf(count))
            from wishes in Gen.Choose(1, 4).SelectMany(count => orders.ListOf(count))
            from seed in Gen.Choose(0, 1000)
            select (Hosts: cluster, Orders: wishes, Seed: seed);

        Prop.ForAll(Arb.From(cases), async example =>
            {
                await using var store = await StoreOfAsync([.. example.Hosts]);
                var pass = PlacementPass.In(store.Current, Here.Prefix + "c", new Random(example.Seed));
                foreach (var order in example.Orders)
                {
                    var candidates = pass.For(order.Demand());
                    for (var n = 0; n < order.Count; n++)
                    {
                        var best = Best(example.Hosts, order);
                        var choice = candidates.Take();
                        if (choice is null)
                        {
                            best.ShouldBeEmpty();
                            break;
                        }

                        var host = example.Hosts.Single(host => host.Id == choice.Instance.Id);
                        if (order.Strategy.Any(preference => preference.Type == "random"))
                            best.ShouldContain(host);
                        else
                            host.ShouldBe(best[0]);
                        host.Tasks.Add(new Held(order.Group, order.Cpu, order.Memory, order.Port, Running: false));
                    }
                }
            })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public async Task Chance_chooses_each_of_the_best_equally_often()
    {
        var hosts = Enumerable
            .Range(0, 6)
            .Select(n => new Host
            {
                Zone = n < 4 ? "a" : "b",
                Cpu = 30_000,
                Memory = 30_000,
            })
            .ToList();
        await using var store = await StoreOfAsync(hosts);

        foreach (
            var strategy in new PlacementStrategy[][]
            {
                [new() { Type = "random" }],
                [new() { Type = "spread", Field = "attribute:rack" }, new() { Type = "random" }],
            }
        )
        {
            var candidates = PlacementPass
                .In(store.Current, Here.Prefix + "c", new Random(7))
                .For(new Order("g", 0, 1, 1, 0, false, -1, strategy).Demand());
            var counts = Enumerable.Range(0, 6000).CountBy(_ => candidates.Take()!.Instance.Id).ToDictionary();
            counts.Count.ShouldBe(6);
            counts.Values.ShouldAllBe(count => count > 880 && count < 1120);
        }
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_placement()
    {
        await using var store = await StoreOfAsync([
            .. Enumerable
                .Range(0, 20)
                .Select(n => new Host
                {
                    Zone = $"{n % 3}",
                    Cpu = 100,
                    Memory = 100,
                }),
        ]);

        Chosen(1).ShouldBe(Chosen(1));
        Chosen(1).ShouldNotBe(Chosen(2));

        List<string> Chosen(int seed)
        {
            var candidates = PlacementPass
                .In(store.Current, Here.Prefix + "c", new Random(seed))
                .For(new Order("g", 0, 1, 1, 0, false, -1, [Preferences[0], Preferences[^1]]).Demand());
            return [.. Enumerable.Range(0, 50).Select(_ => candidates.Take()!.Instance.Id)];
        }
    }

    /// <summary>The candidates that are left after all preferences before chance, in order.</summary>
    private static List<Host> Best(IReadOnlyList<Host> hosts, Order order)
    {
        var left = hosts.Where(host => Fits(host, order)).ToList();
        foreach (var preference in order.Strategy.TakeWhile(preference => preference.Type != "random"))
        {
            if (left.Count == 0)
                break;
            Func<Host, int> measure = preference switch
            {
                { Field: "attribute:ecs.availability-zone" } => host =>
                    hosts.Where(other => other.Zone == host.Zone).Sum(other => other.TasksOf(order.Group)),
                { Field: "attribute:rack" } => host =>
                    hosts.Where(other => other.Rack == host.Rack).Sum(other => other.TasksOf(order.Group)),
                { Type: "spread" } => host => host.TasksOf(order.Group),
                { Field: "cpu" } => host => host.FreeCpu,
                _ => host => host.FreeMemory,
            };
            var least = left.Min(measure);
            left = left.FindAll(host => measure(host) == least);
        }

        return left;
    }

    private static bool Fits(Host host, Order order) =>
        host.State == "ACTIVE"
        && (order.Query < 0 || Queries[order.Query].Holds(host))
        && !(order.Distinct && host.TasksOf(order.Group) > 0)
        && order.Cpu <= host.FreeCpu
        && order.Memory <= host.FreeMemory
        && (order.Port == 0 || host.Tasks.All(task => task.Port != order.Port));

    private static async Task<Store> StoreOfAsync(IReadOnlyList<Host> hosts)
    {
        var store = await Store.OpenAsync(new MemoryJournal(), EcsTables.All);
        await store.CommitAsync(transaction =>
        {
            for (var n = 0; n < hosts.Count; n++)
            {
                var host = hosts[n];
                host.Id = $"i{n:D2}";
                transaction.Put(
                    EcsTables.ContainerInstances,
                    new ContainerInstanceRecord
                    {
                        Scope = Here,
                        Cluster = "c",
                        Id = host.Id,
                        Status = host.State == "DRAINING" ? "DRAINING" : "ACTIVE",
                        RegisteredAt = EcsWorld.Start,
                        Version = 1,
                        Cpu = host.Cpu,
                        Memory = host.Memory,
                        AgentConnected = host.State != "LOST",
                        Attributes =
                        [
                            new EcsAttribute { Name = "ecs.availability-zone", Value = host.Zone },
                            .. host.Rack is null
                                ? Array.Empty<EcsAttribute>()
                                : [new EcsAttribute { Name = "rack", Value = host.Rack }],
                        ],
                    }
                );
                foreach (var (number, task) in host.Tasks.Index())
                    transaction.Put(EcsTables.Tasks, TaskOn(host, number, task));
            }
        });
        return store;
    }

    private static TaskRecord TaskOn(Host host, int number, Held task) =>
        new()
        {
            Scope = Here,
            Cluster = "c",
            Id = $"{host.Id}-{number}",
            Family = "f",
            Revision = 1,
            LastStatus = task.Running ? TaskStatus.Running : TaskStatus.Pending,
            DesiredStatus = DesiredStatus.Running,
            LaunchType = LaunchType.Ec2,
            Group = task.Group,
            CreatedAt = EcsWorld.Start,
            Version = 1,
            Resources = new TaskResources(task.Cpu, task.Memory) { Ports = task.Port == 0 ? [] : [task.Port] },
            Containers = [],
            ContainerInstance = host.Id,
        };

    private sealed record Held(string Group, int Cpu, int Memory, int Port, bool Running);

    private sealed record Order(
        string Group,
        int Count,
        int Cpu,
        int Memory,
        int Port,
        bool Distinct,
        int Query,
        IReadOnlyList<PlacementStrategy> Strategy
    )
    {
        internal PlacementDemand Demand()
        {
            var constraints = new List<PlacementConstraint>();
            if (Distinct)
                constraints.Add(new PlacementConstraint { Type = "distinctInstance" });
            if (Query >= 0)
                constraints.Add(new PlacementConstraint { Type = "memberOf", Expression = Queries[Query].Expression });
            var rules = PlacementRules.Of(new TaskDefinition(), constraints, Strategy);
            return new PlacementDemand(
                new TaskGroup(Group),
                new TaskResources(Cpu, Memory) { Ports = Port == 0 ? [] : [Port] },
                rules
            );
        }
    }

    private sealed class Host
    {
        internal string Id { get; set; } = "";

        internal required string Zone { get; init; }

        internal string? Rack { get; init; }

        internal required int Cpu { get; init; }

        internal required int Memory { get; init; }

        internal string State { get; init; } = "ACTIVE";

        internal List<Held> Tasks { get; init; } = [];

        internal int FreeCpu => Math.Max(0, Cpu - Tasks.Sum(task => task.Cpu));

        internal int FreeMemory => Math.Max(0, Memory - Tasks.Sum(task => task.Memory));

        internal int Running => Tasks.Count(task => task.Running);

        internal int TasksOf(string group) => Tasks.Count(task => task.Group == group);

        public override string ToString() =>
            $"{Id} {Zone} {Rack} {FreeCpu}/{Cpu} {FreeMemory}/{Memory} {State} "
            + $"{string.Join(' ', Tasks.Select(task => task.Group))}";
    }
}
