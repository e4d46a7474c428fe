using Estiba.Hosting.Controllers;

namespace Estiba.ApplicationAutoScaling.Tests;

/// <summary>Lets controllers work when a test says so, in virtual time and in the order of their keys.</summary>
internal sealed class StepScheduler(TimeProvider time) : IControllerScheduler
{
    private readonly List<Queue> _queues = [];
    private readonly Dictionary<string, Chore> _chores = new(StringComparer.Ordinal);

    /// <summary>Whether a controller's fault ends the test; else its key is tried again at the next time.</summary>
    public bool ThrowsFaults { get; set; } = true;

    public IControllerQueue Start(Controller controller)
    {
        var queue = new Queue(controller);
        _queues.Add(queue);
        return queue;
    }

    public IAsyncDisposable Start(Chore chore)
    {
        _chores[chore.Name] = chore;
        return new Queue(null);
    }

    /// <summary>Does a chore, which never works by itself here.</summary>
    public Task RunChoreAsync(string name) => _chores[name].RunAsync(CancellationToken.None);

    /// <summary>Does all that is to be done by now.</summary>
    public async Task RunAsync()
    {
        while (_queues.Find(queue => queue.Take(time.GetUtcNow()) is not null) is { } queue)
        {
            var key = queue.Take(time.GetUtcNow())!;
            queue.Due.Remove(key);
            try
            {
                if (await queue.Controller!.Reconciler.ReconcileAsync(key, CancellationToken.None) is { } delay)
                    queue.Add(key, time.GetUtcNow() + delay);
            }
            catch (Contracts.AwsException) when (!ThrowsFaults)
            {
                queue.Add(key, time.GetUtcNow() + TimeSpan.FromSeconds(1));
            }
        }
    }

    private sealed class Queue(Controller? controller) : IControllerQueue
    {
        public Controller? Controller => controller;

        public SortedDictionary<string, DateTimeOffset> Due { get; } = new(StringComparer.Ordinal);

        public void Enqueue(string key) => Due[key] = default;

        public void Add(string key, DateTimeOffset at)
        {
            if (!Due.TryGetValue(key, out var earlier) || earlier > at)
                Due[key] = at;
        }

        public string? Take(DateTimeOffset now) => Due.FirstOrDefault(due => due.Value <= now).Key;

        public Task WhenIdleAsync() => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
