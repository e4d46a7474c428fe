namespace Estiba.Messaging;

/// <summary>Where messaging is reached, and how much of it a platform holds.</summary>
public sealed record MessagingOptions
{
    /// <summary>The address of the platform, for URLs that are made for nobody in particular.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The most messages of all queues: they are in memory.</summary>
    public int MostMessages { get; init; } = 500_000;

    /// <summary>The most bytes that messages of all queues take in memory.</summary>
    public long MostBytes { get; init; } = 512L * 1024 * 1024;
}
