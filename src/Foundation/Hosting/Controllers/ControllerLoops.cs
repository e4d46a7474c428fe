using Microsoft.Extensions.Logging;

namespace Estiba.Hosting.Controllers;

/// <summary>The platform's scheduler: each controller has a <see cref="ReconcilerLoop{TKey}"/>, each chore a
/// timer.</summary>
/// <param name="time">The clock.</param>
/// <param name="random">Spreads retries; used while controllers are started only.</param>
/// <param name="loggers">Hear of failures.</param>
public sealed class ControllerLoops(TimeProvider time, Random random, ILoggerFactory loggers) : IControllerScheduler
{
    /// <inheritdoc/>
    public IControllerQueue Start(Controller controller) =>
        new Queue(
            new ReconcilerLoop<string>(
                controller.Name,
                controller.Reconciler,
                time,
                new Random(random.Next()),
                loggers.CreateLogger("Estiba.Controllers"),
                controller.Options
            )
        );

    /// <inheritdoc/>
    public IAsyncDisposable Start(Chore chore) =>
        new ChoreLoop(chore, time, loggers.CreateLogger("Estiba.Controllers"));

    private sealed class Queue(ReconcilerLoop<string> loop) : IControllerQueue
    {
        public void Enqueue(string key) => loop.Enqueue(key);

        public Task WhenIdleAsync() => loop.WhenIdleAsync();

        public ValueTask DisposeAsync() => loop.DisposeAsync();
    }
}
