using Estiba.Hosting.Controllers;

namespace Estiba.Ecs.Tests;

/// <summary>A scheduler that records the keys that controllers are given, and reconciles none.</summary>
internal sealed class KeyRecorder : IControllerScheduler
{
    private readonly List<EnqueuedKey> _all = [];

    /// <summary>The keys so far, in order.</summary>
    internal IReadOnlyList<EnqueuedKey> All => [.. _all];

    /// <summary>The keys of one controller among them, each once.</summary>
    internal IReadOnlyList<string> Of(string controller) =>
        [.. _all.Where(key => key.Controller == controller).Select(key => key.Key).Distinct()];

    /// <summary>Forgets the keys so far.</summary>
    internal void Clear() => _all.Clear();

    public IControllerQueue Start(Controller controller) => new Queue(this, controller.Name);

    public IAsyncDisposable Start(Chore chore) => new Queue(this, chore.Name);

    private sealed class Queue(KeyRecorder recorder, string name) : IControllerQueue
    {
        public void Enqueue(string key) => recorder._all.Add(new EnqueuedKey(name, key));

        public Task WhenIdleAsync() => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>A key that a controller was given.</summary>
internal readonly record struct EnqueuedKey(string Controller, string Key);
