using Estiba.Contracts;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Simulation.Servers;

/// <summary>
/// What <see cref="ControllerLoops"/> is to the platform: sends controllers to where they are wanted, in an order that
/// is left to chance, as long as its process lives.
/// </summary>
internal sealed class ChanceScheduler(World world, ServerProcess process) : IControllerScheduler
{
    public IControllerQueue Start(Controller controller) => new Queue(world, process, controller);

    public IAsyncDisposable Start(Chore chore)
    {
        world.Timeline.After(chore.Interval, () => RunAsync(chore));
        return new Work();
    }

    private async Task RunAsync(Chore chore)
    {
        if (!process.IsAlive)
            return;
        try
        {
            await chore.RunAsync(CancellationToken.None);
        }
        catch (JournalException)
        {
            // The disk is full, or the process has crashed in the commit.
        }

        world.Timeline.After(chore.Interval, () => RunAsync(chore));
    }

    /// <summary>What ends with its process.</summary>
    private class Work : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Queue(World world, ServerProcess process, Controller controller) : Work, IControllerQueue
    {
        private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);

        private readonly HashSet<string> _waiting = [];
        private readonly Dictionary<string, TimeSpan> _later = [];
        private readonly Dictionary<string, int> _failures = [];

        public Task WhenIdleAsync() => throw new NotSupportedException("In a history there is always something to do.");

        public void Enqueue(string key)
        {
            if (_waiting.Add(key))
                world.Timeline.After(LongestWait * world.Random.NextDouble(), () => GoAsync(key));
        }

        private void EnqueueAfter(string key, TimeSpan delay)
        {
            var at = world.Timeline.Now + delay;
            if (_later.TryGetValue(key, out var earlier) && earlier <= at)
                return;
            _later[key] = at;
            world.Timeline.After(delay, () =>
            {
                if (_later.GetValueOrDefault(key) != at || !_later.Remove(key))
                    return;
                Enqueue(key);
            });
        }

        private async Task GoAsync(string key)
        {
            if (!process.IsAlive)
                return;
            _waiting.Remove(key);
            try
            {
                var next = await controller.Reconciler.ReconcileAsync(key, CancellationToken.None);
                _failures.Remove(key);
                if (next is { } delay)
                    EnqueueAfter(key, delay);
            }
            catch (Exception failure) when (process.IsAlive && failure is JournalException or AwsException)
            {
                var count = _failures[key] = _failures.GetValueOrDefault(key) + 1;
                EnqueueAfter(key, controller.Options.RetryAfter(count, world.Random.NextDouble()));
            }
            catch (JournalException)
            {
                // The process has crashed in the commit.
            }
        }
    }
}
