namespace Estiba.Simulation.Time;

/// <summary>The clock of one machine: virtual time, told wrongly by as much as somebody has set it wrong.</summary>
internal sealed class SimulatedClock(Timeline timeline) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private TimeSpan _error;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Sets the clock forward or back; what only measures how long something takes does not notice.</summary>
    internal void Jump(TimeSpan by) => _error += by;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Beginning + timeline.Now + _error;

    /// <inheritdoc/>
    public override long GetTimestamp() => timeline.Now.Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(timeline, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(Timeline timeline, Action ring) : ITimer
    {
        private int _setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var own = ++_setting;
            if (dueTime != Timeout.InfiniteTimeSpan)
                timeline.After(dueTime, () => Ring(own, period));
            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Ring(int own, TimeSpan period)
        {
            if (own != _setting)
                return;
            if (period > TimeSpan.Zero)
                timeline.After(period, () => Ring(own, period));
            ring();
        }
    }
}
