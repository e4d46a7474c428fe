using System.Collections.Concurrent;

namespace Estiba.Simulation;

/// <summary>Plays many histories, one on each processor at a time.</summary>
internal static class Seeds
{
    /// <summary>The seeds whose histories failed, in order.</summary>
    /// <param name="seeds">Which to play.</param>
    /// <param name="onFailure">Told of each failure as it is found.</param>
    internal static async Task<IReadOnlyList<int>> PlayAsync(IEnumerable<int> seeds, Action<int, string> onFailure)
    {
        var failures = new ConcurrentQueue<int>();
        await Parallel.ForEachAsync(seeds, async (seed, _) =>
        {
            if (await new Scenario(seed).PlayAsync() is not { } violation)
                return;
            failures.Enqueue(seed);
            onFailure(seed, violation);
        });
        return [.. failures.Order()];
    }
}
