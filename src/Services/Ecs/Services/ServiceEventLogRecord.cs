namespace Estiba.Ecs.Services;

/// <summary>Which events of a service were written last, so that they are numbered, and none is repeated.</summary>
public sealed record ServiceEventLogRecord
{
    /// <summary>The key of the service, which is also its own.</summary>
    public required string ServiceKey { get; init; }

    /// <summary>The number of the newest event.</summary>
    public long LastEvent { get; init; }

    /// <summary>
    /// Whether an event says that the deployment configuration blocks the deployment that is in progress.
    /// </summary>
    public bool ReportsBlockedDeployment { get; init; }
}
