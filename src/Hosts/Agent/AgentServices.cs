using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Logs;

namespace Estiba.Agent;

/// <summary>
/// The AWS services that an agent calls: clients of a platform elsewhere, or the platform's own services in process.
/// </summary>
public sealed record AgentServices
{
    /// <summary>Where it registers and reports.</summary>
    public required IEcsApi Ecs { get; init; }

    /// <summary>Where it ships the logs of <c>awslogs</c> containers.</summary>
    public required ILogsApi Logs { get; init; }

    /// <summary>Where it gets the password for the registry.</summary>
    public required IEcrApi Ecr { get; init; }
}
