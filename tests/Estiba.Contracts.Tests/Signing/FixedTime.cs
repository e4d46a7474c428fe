namespace Estiba.Contracts.Tests.Signing;

/// <summary>The moment at which the published examples are signed.</summary>
internal sealed class FixedTime : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);
}
