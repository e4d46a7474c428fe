using Microsoft.Extensions.Time.Testing;

namespace Estiba.Dns.Tests;

/// <summary>A clock whose hands somebody moves; its timers and its ticks do not notice.</summary>
public sealed class SettableTime : FakeTimeProvider
{
    private TimeSpan _error;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _error;

    /// <inheritdoc/>
    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <summary>Sets it forward, or back.</summary>
    public void Set(TimeSpan by) => _error += by;
}
