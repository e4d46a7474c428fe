using Microsoft.Extensions.Time.Testing;

namespace Estiba.Files.Tests;

/// <summary>A clock whose hands somebody moves; its timers and its ticks do not notice.</summary>
/// <param name="start">When it starts.</param>
public sealed class SettableTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private TimeSpan _error;

    public SettableTime()
        : this(DateTimeOffset.UnixEpoch) { }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _error;

    /// <inheritdoc/>
    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <summary>Sets it forward, or back.</summary>
    public void Set(TimeSpan by) => _error += by;
}
