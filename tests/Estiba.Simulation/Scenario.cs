using Estiba.Contracts.Ecs;
using Estiba.Simulation.Customers;
using Estiba.Simulation.Faults;

namespace Estiba.Simulation;

/// <summary>
/// One history from a seed: for a while customers want things and things go wrong; then nothing goes wrong any more, and everything must become as it should be.
/// </summary>
/// <param name="seed">Which history.</param>
/// <param name="output">Gets the history, a line for each thing that happens; null when nobody reads it.</param>
internal sealed class Scenario(int seed, TextWriter? output = null)
{
    private const int MostActs = 90;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestConvergence = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan StaysConverged = TimeSpan.FromMinutes(5);

    private readonly World world = new(seed, output);

    /// <summary>Plays it.</summary>
    /// <returns>What did not hold; null when everything did.</returns>
    internal async Task<string?> PlayAsync()
    {
        await BeginAsync();
        var acts = Choose([.. CustomerActs.All, .. FaultActs.All]);
        for (var count = world.Random.Next(MostActs / 3, MostActs); count > 0 && world.Violation is null; count--)
        {
            await PassAsync(world.UpTo(LongestPause));
            await Pick(acts).DoAsync(world);
            await world.CheckAsync();
        }

        if (world.Violation is null) await ConvergeAsync();
        return world.Violation;
    }

    private async Task BeginAsync()
    {
        await world.Server.StartAsync();
        await world.Customer.CallAsync("create-cluster", (api, caller) => api.CreateClusterAsync(new CreateClusterRequest { ClusterName = World.Cluster }, caller));
        await CapacityActs.BeginAsync(world);
        for (var count = world.Random.Next(1, 4); count > 0; count--) world.AddMachine();
        await CustomerActs.RegisterDefinitionAsync(world);
        await CustomerActs.RegisterDefinitionAsync(world);
    }

    /// <summary>Every history has its own leanings: some acts it knows not at all, others it cannot get enough of. Services it always has.</summary>
    private List<Act> Choose(IReadOnlyList<Act> all) =>
    [
        new Act(6, CustomerActs.CreateServiceAsync),
        .. all.Select(act => act with { Weight = act.Weight * world.Random.Next(4) switch { 0 => 0, 3 => 4, _ => 1 } }),
    ];

    private Act Pick(List<Act> acts)
    {
        var chosen = world.Random.Next(acts.Sum(act => act.Weight));
        return acts.First(act => (chosen -= act.Weight) < 0);
    }

    private async Task ConvergeAsync()
    {
        world.Tell("", $"From here on nothing goes wrong any more.");
        await FaultActs.EndAsync(world);
        await CustomerActs.CleanUpAsync(world);
        await ProtectionActs.EndLongOnesAsync(world);
        var convergence = new Convergence(world);
        var end = world.Timeline.Now + LongestConvergence;
        TimeSpan? since = null;
        while (world.Violation is null && !(world.Timeline.Now - since >= StaysConverged))
        {
            await PassAsync(BetweenLooks);
            await world.CheckAsync();
            var missing = convergence.WhatIsMissing();
            since = missing is null ? since ?? world.Timeline.Now : null;
            if (world.Timeline.Now > end && missing is not null) world.Violate($"After {LongestConvergence.TotalMinutes} minutes without faults: {missing}");
        }
    }

    private async Task PassAsync(TimeSpan time)
    {
        var until = world.Timeline.Now + time;
        try
        {
            while (world.Violation is null && await world.Timeline.StepAsync(until))
            {
            }
        }
        catch (Exception exception)
        {
            world.Violate($"Something threw: {exception}");
        }
    }
}
