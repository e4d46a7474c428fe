using Microsoft.Extensions.Time.Testing;

namespace Estiba.Agent.Tests.StandIns;

/// <summary>A clock whose hands somebody moves; its timers and its ticks do not notice.</summary>
internal sealed class SettableTime : TimeProvider
{
    private readonly FakeTimeProvider _steady = new();
    private TimeSpan _error;

    public override long TimestampFrequency => _steady.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _steady.GetUtcNow() + _error;

    public override long GetTimestamp() => _steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _steady.CreateTimer(callback, state, dueTime, period);

    internal void Set(TimeSpan by) => _error += by;

    internal void Advance(TimeSpan by) => _steady.Advance(by);
}
