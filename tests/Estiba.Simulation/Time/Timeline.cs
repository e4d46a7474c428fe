namespace Estiba.Simulation.Time;

/// <summary>
/// Virtual time: what is to happen, in the order of its times. Time passes only from one happening to the next.
/// </summary>
internal sealed class Timeline
{
    private readonly PriorityQueue<Func<Task>, (TimeSpan At, long Order)> _queue = new();
    private long _order;

    /// <summary>How long the world has existed.</summary>
    internal TimeSpan Now { get; private set; }

    /// <summary>
    /// Makes something happen after a time; what is due at the same time happens in the order in which it was asked
    /// for.
    /// </summary>
    internal void After(TimeSpan delay, Func<Task> happening) =>
        _queue.Enqueue(happening, (Now + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero), _order++));

    /// <inheritdoc cref="After(TimeSpan, Func{Task})"/>
    internal void After(TimeSpan delay, Action happening) => After(delay, () =>
        {
            happening();
            return Task.CompletedTask;
        });

    /// <summary>Lets the next thing happen, unless it is later than a time; false when there is none.</summary>
    /// <exception cref="InvalidOperationException">It waits for something outside of the world, which then would not be
    /// the same twice.</exception>
    internal async Task<bool> StepAsync(TimeSpan until)
    {
        if (!_queue.TryPeek(out var happening, out var due) || due.At > until)
        {
            Now = until;
            return false;
        }

        _queue.Dequeue();
        Now = due.At;
        var step = happening();
        if (!step.IsCompleted)
            throw new InvalidOperationException("Something waited for what is not simulated.");
        await step;
        return true;
    }
}
