using Estiba.Contracts;
using Estiba.Ecs.Agents;

namespace Estiba.Ecs;

/// <summary>What an operator may set about ECS.</summary>
public sealed record EcsOptions
{
    /// <summary>
    /// The address that agents are sent to by <c>DiscoverPollEndpoint</c>, for example <c>http://127.0.0.1:4566</c>.
    /// </summary>
    public required Uri AgentEndpoint { get; init; }

    /// <summary>
    /// Host and port of the registry, as the engines of container instances reach it; null for those of
    /// <see cref="AgentEndpoint"/>.
    /// </summary>
    public string? Registry { get; init; }

    /// <summary>Knows which keys belong to one host, and are good for that host alone.</summary>
    public IHostKeys HostKeys { get; init; } = new NoHostKeys();

    /// <summary>What containers may do to hosts whose agent does not say it itself, as Amazon's does not.</summary>
    public HostAccess HostAccess { get; init; } = HostAccess.Nothing;

    /// <summary>The platform's version, which its agents should have too.</summary>
    public string Version { get; init; } = "";

    /// <summary>
    /// How long a task without a health check must have run before it counts as healthy for deployments and the steady
    /// state; ECS: 40 seconds (<c>minimumHealthyPercent</c>, "DeploymentConfiguration", API reference).
    /// </summary>
    public TimeSpan HealthyAfter { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>How long a stopped task is still shown; ECS: about an hour.</summary>
    public TimeSpan StoppedTaskRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a deleted service, cluster or container instance is still shown as inactive.</summary>
    public TimeSpan InactiveRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How often the server sends a heartbeat to an agent, which drops a connection silent for one to two minutes.
    /// </summary>
    public TimeSpan AgentHeartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long an agent, which answers every heartbeat, may be silent before its connection is given up.
    /// </summary>
    public TimeSpan AgentSilence { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>
    /// How long an agent may stay away before its container instance counts as lost and its services' tasks are
    /// replaced.
    /// </summary>
    public TimeSpan InstanceLostAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The same for Estiba's agents after the server was away, from its start or the return of the first agent: they
    /// try again at intervals that grow to 15 seconds, and give up a try that is not answered after 30.
    /// </summary>
    public TimeSpan AgentReturnsWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The same for agents of Amazon's own: they try again at intervals that grow to 2 minutes and a fifth more by
    /// chance.
    /// </summary>
    public TimeSpan AmazonAgentReturnsWithin { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>
    /// These options, with a host that falls silent lost after a time: two thirds of it until its connection is given
    /// up, one third to come back.
    /// </summary>
    /// <param name="silence">The time; a minute is the default.</param>
    public EcsOptions WithHostsLostAfter(TimeSpan silence) =>
        this with
        {
            AgentHeartbeat = silence / 4,
            AgentSilence = silence * 2 / 3,
            InstanceLostAfter = silence / 3,
        };
}
