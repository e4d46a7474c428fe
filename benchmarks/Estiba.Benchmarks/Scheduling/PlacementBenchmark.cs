using System.Diagnostics;
using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Scheduling;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Benchmarks.Scheduling;

/// <summary>
/// How many tasks a second are placed, on one core: the decisions alone, and with everything that a placed task changes
/// in the store, without a journal. Options: the hosts, the services, the tasks of each.
/// </summary>
internal static class PlacementBenchmark
{
    private static readonly PlacementStrategy[] Spread =
    [
        new() { Type = "spread", Field = "attribute:ecs.availability-zone" },
        new() { Type = "spread", Field = "instanceId" },
    ];
    private static readonly PlacementStrategy[] Binpack = [new() { Type = "binpack", Field = "memory" }];
    private static readonly PlacementStrategy[] ZonesThenBinpack =
    [
        Spread[0],
        new() { Type = "binpack", Field = "cpu" },
    ];
    private static readonly PlacementStrategy[] Racks =
    [
        new() { Type = "spread", Field = "attribute:rack" },
        Spread[1],
    ];
    private static readonly PlacementStrategy[] Chance = [new() { Type = "random" }];

    private static readonly PlacementConstraint[] Distinct = [new() { Type = "distinctInstance" }];

    private static readonly PlacementConstraint[] Member =
    [
        new()
        {
            Type = "memberOf",
            Expression =
                "attribute:ecs.instance-type =~ m5.* and attribute:ecs.availability-zone in [eu-west-1a, "
                + "eu-west-1b] and not(task:group == database)",
        },
    ];

    internal static async Task RunAsync(string[] options)
    {
        if (options is [var hosts, var services, var tasks])
        {
            await PlaceAsync("spread", int.Parse(hosts), int.Parse(services), int.Parse(tasks), Spread, []);
            return;
        }

        await PlaceAsync("warm-up", 100, 10, 800, Spread, Member);
        await PlaceAsync("spread over zones and instances", 1000, 100, 1000, Spread, []);
        await PlaceAsync("binpack", 1000, 100, 1000, Binpack, []);
        await PlaceAsync("spread over zones, then binpack", 1000, 100, 1000, ZonesThenBinpack, []);
        await PlaceAsync("spread over racks and instances", 1000, 100, 1000, Racks, []);
        await PlaceAsync("random", 1000, 100, 1000, Chance, []);
        await PlaceAsync("spread, distinctInstance", 1000, 100, 1000, Spread, Distinct);
        await PlaceAsync("spread, memberOf", 1000, 80, 1000, Spread, Member);
        await PlaceAsync("spread over zones and instances", 6100, 20, 5000, Spread, []);
        await PlaceAsync("binpack", 6100, 20, 5000, Binpack, []);
        await PlaceAsync("spread, services of ten", 6100, 2000, 10, Spread, []);
        await WaitAsync(1000, 500);
    }

    private static async Task PlaceAsync(
        string what,
        int hosts,
        int services,
        int tasks,
        PlacementStrategy[] strategy,
        PlacementConstraint[] constraints
    )
    {
        await using var world = await PlacementWorld.CreateAsync(hosts, services, tasks, strategy, constraints);
        var demands = new List<PlacementDemand>();
        foreach (var name in ServiceQueue.Services(world.Store.Current, PlacementWorld.ClusterKey))
            demands.Add(world.DemandOf(ServiceQueue.Of(world.Store.Current, PlacementWorld.ClusterKey, name).First()));

        GC.Collect();
        var watch = Stopwatch.StartNew();
        var pass = PlacementPass.In(world.Store.Current, PlacementWorld.ClusterKey, new Random(1));
        var decided = 0;
        foreach (var demand in demands)
        {
            var candidates = pass.For(demand);
            for (var n = 0; n < tasks && candidates.Take() is not null; n++)
                decided++;
        }

        var deciding = watch.Elapsed;

        GC.Collect();
        watch.Restart();
        await world.ScheduleAsync();
        var placing = watch.Elapsed;

        var placed = world.Store.Current.Range(EcsTables.Tasks).Count(task => task.ContainerInstance is not null);
        if (placed != services * tasks || decided != placed)
            throw new InvalidOperationException($"{placed} and {decided} of {services * tasks} tasks were placed.");
        if (what == "warm-up")
            return;
        Figure.Print(
            "placement",
            $"{hosts:N0} hosts, {placed:N0} tasks, {what}: decided",
            decided / deciding.TotalSeconds,
            "tasks/s"
        );
        Figure.Print(
            "placement",
            $"{hosts:N0} hosts, {placed:N0} tasks, {what}: placed in the store",
            placed / placing.TotalSeconds,
            "tasks/s"
        );
    }

    /// <summary>
    /// What it costs that services wait for room, each time when something has changed that does not help them.
    /// </summary>
    private static async Task WaitAsync(int hosts, int services)
    {
        await using var world = await PlacementWorld.CreateAsync(
            hosts,
            services + (hosts * 128 / 1000),
            1000,
            Spread,
            []
        );
        await world.ScheduleAsync();
        const int Rounds = 20;
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < Rounds; round++)
            await world.ScheduleAsync();
        Figure.Print(
            "placement",
            $"{hosts:N0} full hosts, {services:N0} services wait: a pass that changes nothing",
            watch.Elapsed.TotalMilliseconds / Rounds,
            "ms"
        );
    }
}
