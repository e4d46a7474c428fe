namespace Estiba.Hosting.Health;

/// <summary>Something that must work for the platform to be ready, as the module that knows hands it in.</summary>
/// <param name="Name">One or two words in lower case: <c>store</c>.</param>
/// <param name="RunAsync">Tries whether it works. It may take its time, or never end: the gateway does not
/// wait for it for long.</param>
public sealed record HealthCheck(string Name, Func<CancellationToken, Task<HealthResult>> RunAsync);

/// <summary>How something is.</summary>
public enum HealthStatus
{
    /// <summary>It works.</summary>
    Ok,

    /// <summary>Something is wrong, and requests are answered nevertheless.</summary>
    Degraded,

    /// <summary>Requests will fail.</summary>
    Failed,
}

/// <summary>What a check has found.</summary>
/// <param name="Status">How it is.</param>
/// <param name="Reason">What is wrong, in a sentence; null when nothing is.</param>
public sealed record HealthResult(HealthStatus Status, string? Reason = null)
{
    /// <summary>It works.</summary>
    public static HealthResult Ok { get; } = new(HealthStatus.Ok);

    /// <summary>Something is wrong, and requests are answered nevertheless.</summary>
    public static HealthResult Degraded(string reason) => new(HealthStatus.Degraded, reason);

    /// <summary>Requests will fail.</summary>
    public static HealthResult Failed(string reason) => new(HealthStatus.Failed, reason);
}
