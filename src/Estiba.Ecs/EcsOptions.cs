using Estiba.Contracts;

namespace Estiba.Ecs;

/// <summary>What an operator may set about ECS.</summary>
public sealed record EcsOptions
{
    /// <summary>The address that agents are sent to by <c>DiscoverPollEndpoint</c>, for example <c>http://127.0.0.1:4566</c>.</summary>
    public required Uri AgentEndpoint { get; init; }

    /// <summary>Whether a caller may register container instances in a cluster, by the cluster's name.</summary>
    public Func<CallContext, string, bool> MayRegister { get; init; } = (_, _) => true;

    /// <summary>How long a stopped task is still shown; ECS: about an hour.</summary>
    public TimeSpan StoppedTaskRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a deleted service, cluster or container instance is still shown as inactive.</summary>
    public TimeSpan InactiveRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often the server sends a heartbeat to an agent, which drops a connection silent for one to two minutes.</summary>
    public TimeSpan AgentHeartbeat { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an agent, which answers every heartbeat, may be silent before its connection is given up.</summary>
    public TimeSpan AgentSilence { get; init; } = TimeSpan.FromMinutes(2);
}
