using Microsoft.Extensions.Time.Testing;

namespace Estiba.Files.Tests;

/// <summary>A clock that moves only when a test says so, and begins at the same time in all of them.</summary>
internal sealed class VirtualTime() : FakeTimeProvider(Start)
{
    internal static new readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    internal long Milliseconds => GetUtcNow().ToUnixTimeMilliseconds();
}
