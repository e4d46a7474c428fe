using Estiba.Ecs;
using Estiba.State;
using Estiba.State.Reconciling;

namespace Estiba.Simulation.Servers;

/// <summary>What <see cref="ReconcilerLoop{TKey}"/> is to the platform: sends controllers to where they are wanted, in an order that is left to chance.</summary>
internal sealed class LookQueue(World world, ServerProcess process)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);
    private static readonly ReconcilerOptions Retries = new();

    private readonly HashSet<Look> waiting = [];
    private readonly Dictionary<Look, TimeSpan> later = [];
    private readonly Dictionary<Look, int> failures = [];

    internal void Add(IEnumerable<Look> looks)
    {
        foreach (var look in looks) Add(look);
    }

    internal void Add(Look look)
    {
        if (waiting.Add(look)) world.Timeline.After(LongestWait * world.Random.NextDouble(), () => GoAsync(look));
    }

    private void AddAfter(Look look, TimeSpan delay)
    {
        var at = world.Timeline.Now + delay;
        if (later.TryGetValue(look, out var earlier) && earlier <= at) return;
        later[look] = at;
        world.Timeline.After(delay, () =>
        {
            if (later.GetValueOrDefault(look) != at || !later.Remove(look)) return;
            Add(look);
        });
    }

    private async Task GoAsync(Look look)
    {
        if (!process.IsAlive) return;
        waiting.Remove(look);
        try
        {
            var next = await process.ReconcileAsync(look);
            failures.Remove(look);
            if (next is { } delay) AddAfter(look, delay);
        }
        catch (JournalException) when (process.IsAlive)
        {
            var count = failures[look] = failures.GetValueOrDefault(look) + 1;
            AddAfter(look, Retries.RetryAfter(count, world.Random.NextDouble()));
        }
        catch (JournalException)
        {
            // The process has crashed in the commit.
        }
    }
}
