using Estiba.Contracts.Ecs;
using Estiba.Simulation.Customers;
using Estiba.Simulation.Faults;

namespace Estiba.Simulation;

/// <summary>
/// One history from a seed: for a while customers want things and things go wrong; then nothing goes wrong any more,
/// and everything must become as it should be.
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

    private readonly World _world = new(seed, output);

    /// <summary>Plays it.</summary>
    /// <returns>What did not hold; null when everything did.</returns>
    internal async Task<string?> PlayAsync()
    {
        await BeginAsync();
        var acts = Choose([.. CustomerActs.All, .. FaultActs.All]);
        for (var count = _world.Random.Next(MostActs / 3, MostActs); count > 0 && _world.Violation is null; count--)
        {
            await PassAsync(_world.UpTo(LongestPause));
            await Pick(acts).DoAsync(_world);
            await _world.CheckAsync();
        }

        if (_world.Violation is null)
            await ConvergeAsync();
        return _world.Violation;
    }

    private async Task BeginAsync()
    {
        await _world.Server.StartAsync();
        await _world.Customer.CallAsync("create-cluster", (api, caller) =>
            api.CreateClusterAsync(new CreateClusterRequest { ClusterName = World.Cluster }, caller)
        );
        await CapacityActs.BeginAsync(_world);
        for (var count = _world.Random.Next(1, 4); count > 0; count--)
            _world.AddMachine();
        await CustomerActs.RegisterDefinitionAsync(_world);
        await CustomerActs.RegisterDefinitionAsync(_world);
    }

    /// <summary>
    /// Every history has its own leanings: some acts it knows not at all, others it cannot get enough of. Services it
    /// always has.
    /// </summary>
    private List<Act> Choose(IReadOnlyList<Act> all) =>
        [
            new Act(6, CustomerActs.CreateServiceAsync),
            .. all.Select(act =>
                act with
                {
                    Weight =
                        act.Weight
                        * _world.Random.Next(4) switch
                        {
                            0 => 0,
                            3 => 4,
                            _ => 1,
                        },
                }
            ),
        ];

    private Act Pick(List<Act> acts)
    {
        var chosen = _world.Random.Next(acts.Sum(act => act.Weight));
        return acts.First(act => (chosen -= act.Weight) < 0);
    }

    private async Task ConvergeAsync()
    {
        _world.Tell("", $"From here on nothing goes wrong any more.");
        await FaultActs.EndAsync(_world);
        await CustomerActs.CleanUpAsync(_world);
        await ProtectionActs.EndLongOnesAsync(_world);
        var convergence = new Convergence(_world);
        var end = _world.Timeline.Now + LongestConvergence;
        TimeSpan? since = null;
        while (_world.Violation is null && !(_world.Timeline.Now - since >= StaysConverged))
        {
            await PassAsync(BetweenLooks);
            await _world.CheckAsync();
            var missing = convergence.WhatIsMissing();
            since = missing is null ? since ?? _world.Timeline.Now : null;
            if (_world.Timeline.Now > end && missing is not null)
                _world.Violate($"After {LongestConvergence.TotalMinutes} minutes without faults: {missing}");
        }
    }

    private async Task PassAsync(TimeSpan time)
    {
        var until = _world.Timeline.Now + time;
        try
        {
            while (_world.Violation is null && await _world.Timeline.StepAsync(until)) { }
        }
        catch (Exception exception)
        {
            _world.Violate($"Something threw: {exception}");
        }
    }
}
