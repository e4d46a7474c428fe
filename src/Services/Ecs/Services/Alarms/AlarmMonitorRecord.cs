using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Services.Alarms;

/// <summary>What has come of monitoring the alarms of a service deployment.</summary>
public sealed record AlarmMonitorRecord
{
    /// <summary>
    /// <c>MONITORING</c>, <c>TRIGGERED</c>, or <c>DISABLED</c> for a deployment that began while one of the alarms was
    /// in the state <c>ALARM</c>.
    /// </summary>
    public string Status { get; init; } = ServiceDeploymentRollbackMonitorsStatus.Monitoring;

    /// <summary>The alarms that have triggered, by name.</summary>
    public IReadOnlyList<string> Triggered { get; init; } = [];

    /// <summary>When the bake time was over and no alarm was in the state <c>ALARM</c>; null before.</summary>
    public DateTimeOffset? ClearedAt { get; init; }
}
